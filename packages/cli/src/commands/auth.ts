import { type Command, Option } from 'commander'
import type { AuthOptions } from '../auth/auth.js'
import { secretOption } from '../contract/secret.js'
import { defaultOrigin, jsonOption, timeoutOption } from '../contract/target-options.js'

/** Adds `koywe auth`. */
export function register(program: Command): void {
  const kinds = ['bearer', 'basic', 'apiKey', 'bodySignature', 'stranger']
  const credential = (flag: string, name: string, description: string) =>
    new Option(flag, description).conflicts(kinds.filter((other) => other !== name))
  program
    .command('auth')
    .summary('asks your authentication callback about a user')
    .description(
      'Asks as Koywe does whether a user may operate, and shows the answer and what Koywe would conclude from it.\n' +
        'Exit code 1: a refusal of the question, or a yes or no by accident.',
    )
    .argument(
      '[url]',
      `where the callback answers; without a path it is /koywe/auth (default: ${defaultOrigin}/koywe/auth)`,
    )
    .requiredOption('--email <email>', 'the user to ask about')
    .addOption(
      credential(
        '--bearer <token>',
        'bearer',
        'the token (default: KOYWE_CALLBACK_TOKEN, also in .env)',
      ),
    )
    .addOption(
      credential('--basic <user:password>', 'basic', 'the credential of Basic authentication'),
    )
    .addOption(credential('--api-key <header:value>', 'apiKey', 'a header that holds a key'))
    .addOption(
      credential('--body-signature', 'bodySignature', 'signs the question with the webhook secret'),
    )
    .addOption(
      credential('--stranger', 'stranger', 'asks without a credential, which must be refused'),
    )
    .option(...secretOption)
    .option('--field <name>', 'the field that names the user', 'email')
    .addOption(timeoutOption())
    .option(...jsonOption)
    .action(async (url: string | undefined, options: AuthOptions) => {
      const { auth } = await import('../auth/auth.js')
      process.exitCode = await auth(url, options)
    })
}
