import type { Command } from 'commander'
import { jsonOption } from '../contract/target-options.js'
import type { EventsOptions } from '../events/events.js'

/** Adds `koywe events`. */
export function register(program: Command): void {
  program
    .command('events')
    .summary('lists the events that Koywe sends')
    .description(
      'Prints every event that Koywe is known to send, and the state of the order afterwards.\n' +
        'Of the Payments API it prints the documented types; Koywe does not state what they say of the order.',
    )
    .option('--payments', 'lists the events of the Payments API instead')
    .option(...jsonOption)
    .action(async (options: EventsOptions) => {
      const { events } = await import('../events/events.js')
      process.exitCode = events(options)
    })
}
