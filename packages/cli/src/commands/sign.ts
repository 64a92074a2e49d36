import type { Command } from 'commander'
import type { SignOptions } from '../body/sign.js'
import { paymentsOption } from '../contract/api.js'
import { secretOption } from '../contract/secret.js'
import { jsonOption } from '../contract/target-options.js'

/** Adds `koywe sign`. */
export function register(program: Command): void {
  program
    .command('sign')
    .summary('signs a body')
    .description(
      'Signs the JSON of a file or of stdin as Koywe does, and prints the body that Koywe would send.\n' +
        'With --payments it signs the bytes as they are, and prints the value of the header Koywe-Signature.',
    )
    .argument('[file]', 'the file; without one, or with -, stdin')
    .option(...paymentsOption)
    .option(...secretOption)
    .option(...jsonOption)
    .action(async (file: string | undefined, options: SignOptions) => {
      const { sign } = await import('../body/sign.js')
      process.exitCode = await sign(file, options)
    })
}
