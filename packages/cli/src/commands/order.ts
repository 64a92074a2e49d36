import type { KoyweLife } from '@x/koywe-core/testing'
import { Argument, type Command } from 'commander'
import { wholeNumber } from '../contract/numbers.js'
import { repeatedOption, withTargetOptions } from '../contract/target-options.js'
import { lives, livesHelp } from '../delivery/lives.js'
import type { OrderOptions } from '../delivery/order.js'

/** Adds `koywe order`. */
export function register(program: Command): void {
  withTargetOptions(
    program
      .command('order')
      .summary("plays an order's life against your server")
      .description(
        'Sends the events of one order, a minute of order time apart, and prints the answer to each as a timeline.',
      )
      .addArgument(new Argument('<life>', 'what happens to the order').choices(lives)),
  )
    .option('--order <id>', "Koywe's id of the order (default: a new one)")
    .option('--external-id <id>', 'your own id of the order')
    .addOption(repeatedOption('--late <event>', 'delivers this event after all others'))
    .addOption(repeatedOption('--twice <event>', 'delivers this event twice'))
    .addOption(repeatedOption('--skip <event>', 'does not deliver this event'))
    .option(
      '--seed <n>',
      'chooses one event to be late and one to come twice, the same ones for the same number',
      wholeNumber,
    )
    .addHelpText('after', `\nLives:\n${livesHelp}`)
    .action(async (life: KoyweLife, options: OrderOptions) => {
      const { order } = await import('../delivery/order.js')
      process.exitCode = await order(life, options)
    })
}
