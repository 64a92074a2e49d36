import { Argument, type Command } from 'commander'

const shells = ['bash', 'zsh', 'fish']

/** Adds `koywe complete`. The script of a shell calls it again, with `--` and the words so far. */
export function register(program: Command): void {
  program
    .command('complete')
    .summary('prints a completion script for your shell')
    .description('Prints the script that makes your shell complete commands, options and events.')
    .addArgument(new Argument('<shell>', 'your shell').choices(shells))
    .addHelpText(
      'after',
      '\nTo turn it on:\n  bash  source <(koywe complete bash)\n  zsh   source <(koywe complete zsh)\n  fish  koywe complete fish | source',
    )
    .action(async (shell: string) => {
      const { printScript } = await import('../completion/complete.js')
      printScript(program, shell)
    })
}
