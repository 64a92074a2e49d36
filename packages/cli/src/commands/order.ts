import type { Command } from 'commander'

/** Adds `koywe order`. */
export function register(program: Command): void {
  program.command('order')
}
