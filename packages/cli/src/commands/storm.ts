import type { Command } from 'commander'

/** Adds `koywe storm`. */
export function register(program: Command): void {
  program.command('storm')
}
