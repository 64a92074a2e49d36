import type { Command } from 'commander'

/** Adds `koywe auth`. */
export function register(program: Command): void {
  program.command('auth')
}
