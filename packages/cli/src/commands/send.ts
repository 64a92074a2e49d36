import { type Command, Option } from 'commander'
import { paymentsOption } from '../contract/api.js'
import { wholeNumber } from '../contract/numbers.js'
import { repeatedOption, withTargetOptions } from '../contract/target-options.js'
import type { SendOptions } from '../delivery/send.js'

/** Adds `koywe send`. */
export function register(program: Command): void {
  const forgeries = ['tamper', 'unsigned', 'wrongSecret', 'pretty']
  const forgery = (flag: string, name: string, description: string) =>
    new Option(flag, description).conflicts(forgeries.filter((other) => other !== name))
  withTargetOptions(
    program
      .command('send')
      .summary('sends one event to your server')
      .description(
        'Signs one event as Koywe does, sends it to your server, and shows the answer and what it means.\n' +
          'Exit code 0: the answer was right; for a forgery, that is a refusal.',
      )
      .argument('<event>', 'the name of the event, see koywe events'),
  )
    .option(...paymentsOption)
    .option('--order <id>', "Koywe's id of the order (default: a new one)")
    .option('--external-id <id>', 'your own id of the order')
    .option('--at <time>', 'when it happened, in ISO 8601 (default: now)')
    .addOption(
      repeatedOption(
        '--field <key=text>',
        'a further field; key:=json for a value that is no text',
      ),
    )
    .option('--twice', 'sends the same bytes a second time, after the first answer')
    .option('--concurrent <n>', 'sends the same bytes n times at once', wholeNumber)
    .addOption(forgery('--tamper', 'tamper', 'changes the body after signing it'))
    .addOption(forgery('--unsigned', 'unsigned', 'leaves the signature out'))
    .addOption(forgery('--wrong-secret', 'wrongSecret', 'signs with another secret'))
    .addOption(forgery('--pretty', 'pretty', 'indents the body, which leaves the signature right'))
    .action(async (event: string, options: SendOptions) => {
      const { send } = await import('../delivery/send.js')
      process.exitCode = await send(event, options)
    })
}
