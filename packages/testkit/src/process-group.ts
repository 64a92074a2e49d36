import { type ChildProcess, type ChildProcessByStdio, spawn } from 'node:child_process'
import type { Readable } from 'node:stream'

/** What to run, where, and with which environment. */
export interface Command {
  readonly command: readonly [command: string, ...args: string[]]
  readonly folder: string
  readonly env: NodeJS.ProcessEnv
}

/** Starts a command in a group of its own, so that what `npm start` has started can be stopped along with it. */
export function spawnGroup(options: Command): ChildProcessByStdio<null, Readable, Readable> {
  const [command, ...args] = options.command
  const child = spawn(command, args, {
    cwd: options.folder,
    env: options.env,
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  })
  const kill = (): void => signalGroup(child, 'SIGKILL')
  process.once('exit', kill)
  child.once('close', () => process.off('exit', kill))
  return child
}

/** Sends a signal to a command and to all that it has started. */
export function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return
  try {
    process.kill(-child.pid, signal)
  } catch {
    // All of them have ended.
  }
}
