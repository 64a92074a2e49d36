import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { environment } from '@x/koywe-testkit/environment'

/** The built command, as a person runs it. */
export const program = join(import.meta.dirname, '../dist/main.js')

/** What a command that has ended leaves behind. */
export interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** How the command is called. */
export interface Call {
  readonly env?: NodeJS.ProcessEnv
  readonly stdin?: string
  readonly folder?: string
}

/** Runs the built command to its end, with pipes for its three streams. */
export function koywe(args: readonly string[], call: Call = {}): Promise<Ended> {
  return run([process.execPath, program, ...args], call)
}

/** Runs it on a pseudo-terminal, where stdout and stderr are one. */
export async function koyweOnTerminal(args: readonly string[], call: Call = {}): Promise<Ended> {
  const words = [process.execPath, program, ...args]
  const quoted = words.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(' ')
  return run(['script', '-qec', quoted, '/dev/null'], {
    ...call,
    env: { TERM: 'xterm', ...call.env },
  })
}

async function run([command = '', ...args]: readonly string[], call: Call): Promise<Ended> {
  const { NO_COLOR: _no, FORCE_COLOR: _force, CI: _ci, ...shell } = environment()
  const child = spawn(command, args, {
    cwd: call.folder ?? tmpdir(),
    env: { ...shell, ...call.env },
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  // A command that does not read its input may end before it is written.
  child.stdin.on('error', () => {})
  child.stdin.end(call.stdin ?? '')
  const [stdout, stderr] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close'),
  ])
  return { code: child.exitCode, stdout, stderr }
}

/** The objects of an output in JSON lines. */
export function jsonLines(output: string): Record<string, unknown>[] {
  return output
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
}
