import type { Command } from 'commander'

/** Adds `koywe send`. */
export function register(program: Command): void {
  program.command('send')
}
