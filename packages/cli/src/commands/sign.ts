import type { Command } from 'commander'
import type { BodyOptions } from '../body/sign.js'
import { secretOption } from '../contract/secret.js'
import { jsonOption } from '../contract/target-options.js'

/** Adds `koywe sign`. */
export function register(program: Command): void {
  program
    .command('sign')
    .summary('signs a body')
    .description(
      'Signs the JSON of a file or of stdin as Koywe does, and prints the body that Koywe would send.',
    )
    .argument('[file]', 'the file; without one, or with -, stdin')
    .option(...secretOption)
    .option(...jsonOption)
    .action(async (file: string | undefined, options: BodyOptions) => {
      const { sign } = await import('../body/sign.js')
      process.exitCode = await sign(file, options)
    })
}
