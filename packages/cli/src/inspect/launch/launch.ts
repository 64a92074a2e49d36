import { type ChildProcess, spawn } from 'node:child_process'
import { constants } from 'node:os'
import { usageError } from '../../contract/exit.js'

/** An application that the inspector has started. */
export interface Launched {
  /** Resolves to how it ended. */
  readonly ended: Promise<Ending>
  /** Passes a signal on to all that the command has started; a second one kills them. */
  signal(signal: NodeJS.Signals): void
}

/** How a command ended. */
export interface Ending {
  /** As a shell has it: 128 and the signal, for one that was killed. */
  readonly exitCode: number
  /** For a sentence, such as `with exit code 1`. */
  readonly how: string
}

/** How long what is left of the command's processes may take to end. */
const endsWithinMs = 10_000
const leftoversEndWithinMs = 2000

/**
 * Starts a command in a group of its own, so that what it has started can be stopped along with it.
 *
 * @param stdout Where its stdout goes.
 * @throws {CliError} when there is no such command.
 */
export async function launch(
  [command = '', ...args]: readonly string[],
  env: NodeJS.ProcessEnv,
  stdout: 'inherit' | 2,
): Promise<Launched> {
  const child = spawn(command, args, {
    env,
    stdio: ['inherit', stdout, 'inherit'],
    detached: true,
  })
  const kill = (): void => void signalGroup(child, 'SIGKILL')
  process.once('exit', kill)
  const exited = new Promise<Ending>((resolve) => {
    child.once('exit', (code, signal) => resolve(endingOf(code, signal)))
  })
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve)
    child.once('error', (error) => {
      const missing = 'code' in error && error.code === 'ENOENT'
      const reason = missing ? 'there is no such command' : error.message
      reject(usageError(`${command} could not be started: ${reason}`))
    })
  })

  async function end(): Promise<Ending> {
    const ending = await exited
    await endLeftovers(child)
    process.off('exit', kill)
    return ending
  }

  let signals = 0
  return {
    ended: end(),
    signal(signal) {
      signals++
      signalGroup(child, signals > 1 ? 'SIGKILL' : signal)
      setTimeout(kill, endsWithinMs).unref()
    },
  }
}

/** Watchers and `npm run` may leave processes behind. */
async function endLeftovers(child: ChildProcess): Promise<void> {
  if (!signalGroup(child, 'SIGTERM')) return
  const deadline = Date.now() + leftoversEndWithinMs
  while (Date.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, 20))
    if (!signalGroup(child, 0)) return
  }
  signalGroup(child, 'SIGKILL')
}

/** Sends a signal to a command and to all that it has started. Returns whether any of them is left. */
function signalGroup(child: ChildProcess, signal: NodeJS.Signals | 0): boolean {
  if (child.pid === undefined) return false
  try {
    process.kill(-child.pid, signal)
    return true
  } catch {
    return false
  }
}

function endingOf(code: number | null, signal: NodeJS.Signals | null): Ending {
  if (signal !== null) {
    return { exitCode: 128 + constants.signals[signal], how: `by the signal ${signal}` }
  }
  return { exitCode: code ?? 1, how: `with exit code ${code}` }
}
