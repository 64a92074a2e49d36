import type { Command } from 'commander'

/** Adds `koywe sign`. */
export function register(program: Command): void {
  program.command('sign')
}
