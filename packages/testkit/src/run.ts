import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { type Command, signalGroup, spawnGroup } from './process-group.js'

/** What a command that has ended leaves behind. */
export interface Ended {
  /** The exit code, or `null` when it was killed because time ran out. */
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Runs a command to its end, or kills it when time runs out. */
export async function run(command: Command, timeoutMs: number): Promise<Ended> {
  const child = spawnGroup(command)
  const timer = setTimeout(() => signalGroup(child, 'SIGKILL'), timeoutMs)
  try {
    const [stdout, stderr] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      once(child, 'close'),
    ])
    return { code: child.exitCode, stdout, stderr }
  } finally {
    clearTimeout(timer)
  }
}
