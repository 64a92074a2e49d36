import type { Command } from 'commander'

/** Adds `koywe doctor`. */
export function register(program: Command): void {
  program.command('doctor')
}
