import type { Command } from 'commander'
import { jsonOption } from '../contract/target-options.js'

/** Adds `koywe events`. */
export function register(program: Command): void {
  program
    .command('events')
    .summary('lists the events that Koywe sends')
    .description(
      'Prints every event that Koywe is known to send, and the state of the order afterwards.',
    )
    .option(...jsonOption)
    .action(async (options: { readonly json?: boolean }) => {
      const { events } = await import('../events/events.js')
      process.exitCode = events(options)
    })
}
