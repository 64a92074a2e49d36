import type { Command } from 'commander'
import { withTargetOptions } from '../contract/target-options.js'
import type { ReplayOptions } from '../replay/replay.js'

/** Adds `koywe replay`. */
export function register(program: Command): void {
  withTargetOptions(
    program
      .command('replay')
      .summary('sends deliveries that were kept again')
      .description(
        'Sends deliveries again to your server: of a file that koywe inspect has saved, of stdin, or of a history table.\n' +
          'An event that was handled is answered as a duplicate, until your store forgets it.',
      )
      .argument(
        '[file]',
        'NDJSON of koywe inspect --save or --json; without one, or with -, stdin',
      ),
  )
    .option('--from <url>', 'reads a history table instead, at postgres://…')
    .option('--table <name>', 'the history table', 'koywe_history')
    .option('--delivery <id>', 'only the delivery with this id')
    .option('--order <id>', 'only deliveries of this order')
    .option('--since <time>', 'only deliveries that arrived then or later, in ISO 8601')
    .option(
      '--sign-again',
      'signs the fields with the present secret, instead of sending the same bytes',
    )
    .option('--dry-run', 'lists what it would send, and sends nothing')
    .action(async (file: string | undefined, options: ReplayOptions) => {
      const { replay } = await import('../replay/replay.js')
      process.exitCode = await replay(file, options)
    })
}
