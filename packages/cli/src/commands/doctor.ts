import type { Command } from 'commander'
import { paymentsOption } from '../contract/api.js'
import { ownOption } from '../contract/guard.js'
import { secretOption } from '../contract/secret.js'
import { defaultUrl, jsonOption, timeoutOption } from '../contract/target-options.js'
import type { DoctorOptions } from '../doctor/doctor.js'

/** Adds `koywe doctor`. */
export function register(program: Command): void {
  program
    .command('doctor')
    .summary('examines your running server, and says what is wrong and what to do')
    .description(
      'Sends signed deliveries of payment_created and a table of bad ones to your server, and says what is wrong and what to do.\n' +
        'Exit code 0: no check failed. 1: at least one did.',
    )
    .argument(
      '[url]',
      `where your server answers; without a path it is the default one (default: ${defaultUrl})`,
    )
    .option(...paymentsOption)
    .option('--auth-url <url>', 'examines the authentication callback there too')
    .option(
      '--bearer <token>',
      'the token that Koywe sends to the callback (default: KOYWE_CALLBACK_TOKEN, also in .env)',
    )
    .option(...secretOption)
    .addOption(timeoutOption().default(10_000, '10'))
    .option(...jsonOption)
    .option(...ownOption)
    .action(async (url: string | undefined, options: DoctorOptions) => {
      const { doctor } = await import('../doctor/doctor.js')
      process.exitCode = await doctor(url, options)
    })
}
