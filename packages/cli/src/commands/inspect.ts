import { type Command, InvalidArgumentError, Option } from 'commander'
import { ownOption } from '../contract/guard.js'
import { secretOption } from '../contract/secret.js'
import { jsonOption } from '../contract/target-options.js'
import type { InspectOptions } from '../inspect/inspect.js'

/** Adds `koywe inspect`. */
export function register(program: Command): void {
  program
    .command('inspect')
    .summary('shows live what your receiver answers, and why')
    .description(
      'Starts your application and shows on a page what its receiver answers, and why. The application does not change.\n' +
        'Or, with --forward-to, stands as a proxy in front of one that runs elsewhere, as in a container.',
    )
    .usage('[options] -- <command…>')
    .argument('[command...]', 'what starts your application, after --')
    .option('--forward-to <url>', 'forwards to an application that runs already')
    .addOption(port('--port <n>', 'the port of the page; 0 for a free one').default(0))
    .addOption(port('--proxy-port <n>', 'the port of the proxy, with --forward-to'))
    .option('--no-open', 'does not open a browser')
    .option('--save <file>', 'saves every request to a new file, one JSON object a line')
    .option('--load <file>', 'shows the requests of such a file, too')
    .option(...secretOption)
    .option('--json', `${jsonOption[1]}, instead of the page`)
    .option(...ownOption)
    .addHelpText(
      'after',
      '\nStart with:\n  koywe inspect -- npm run dev\nIt ends with your application, and with its exit code.',
    )
    .action(async (command: readonly string[], options: InspectOptions) => {
      const { inspect } = await import('../inspect/inspect.js')
      process.exitCode = await inspect(command, options)
    })
}

function port(flags: string, description: string): Option {
  return new Option(flags, description).argParser((text) => {
    const value = Number(text)
    if (/^\d+$/.test(text) && value < 65_536) return value
    throw new InvalidArgumentError('It must be a port: 0 to 65535.')
  })
}
