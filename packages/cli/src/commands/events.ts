import type { Command } from 'commander'

/** Adds `koywe events`. */
export function register(program: Command): void {
  program.command('events')
}
