import type { Command } from 'commander'

/** Adds `koywe verify`. */
export function register(program: Command): void {
  program.command('verify')
}
