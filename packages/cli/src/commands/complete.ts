import type { Command } from 'commander'

/** Adds `koywe complete`. */
export function register(program: Command): void {
  program.command('complete')
}
