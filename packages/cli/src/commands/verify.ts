import type { Command } from 'commander'
import type { VerifyOptions } from '../body/verify.js'
import { secretOption } from '../contract/secret.js'
import { jsonOption } from '../contract/target-options.js'

/** Adds `koywe verify`. */
export function register(program: Command): void {
  program
    .command('verify')
    .summary('checks the signature of a body')
    .description(
      'Checks a body from a file or from stdin as a receiver does, and says why when the signature is wrong.\nExit code 1: it would be refused.',
    )
    .argument('[file]', 'the file; without one, or with -, stdin')
    .option(
      '--signature <hex>',
      'the header Koywe-Signature: checks the bytes as the Payments API signs them',
    )
    .option(...secretOption)
    .option(...jsonOption)
    .action(async (file: string | undefined, options: VerifyOptions) => {
      const { verify } = await import('../body/verify.js')
      process.exitCode = await verify(file, options)
    })
}
