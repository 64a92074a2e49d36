import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { setTimeout as delay } from 'node:timers/promises'

/** How to start a server of someone else's: it must print `listening on http://…` when it is ready. */
export interface ServerOptions {
  readonly command: readonly [command: string, ...args: string[]]
  readonly folder: string
  /** Environment variables beside those of this process. */
  readonly env: Readonly<Record<string, string>>
}

/** A server in a process of its own. */
export interface RunningServer {
  /** Where it listens, without a slash at the end. */
  readonly url: string
  /** Every line that it has written so far, to stdout and stderr. */
  readonly lines: readonly string[]
  /** Ends it, kindly at first; afterwards `lines` is complete. */
  stop(): Promise<void>
}

const startsWithinMs = 60_000
const endsWithinMs = 5_000

/**
 * Starts a server and waits until it listens. Whatever happens, it does not outlive this process.
 *
 * @throws {Error} with all that it wrote, when it ends or is silent instead.
 */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const [command, ...args] = options.command
  const lines: string[] = []
  // In a group of its own, so that what `npm start` has started is stopped along with it.
  const child = spawn(command, args, {
    cwd: options.folder,
    env: { ...process.env, ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  })
  const kill = (): void => signal(child, 'SIGKILL')
  process.once('exit', kill)
  const closed = once(child, 'close').catch(() => {})

  async function stop(): Promise<void> {
    signal(child, 'SIGTERM')
    await Promise.race([closed, delay(endsWithinMs, undefined, { ref: false })])
    kill()
    await closed
    process.off('exit', kill)
  }

  const listening = new Promise<string>((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr]) {
      createInterface(stream).on('line', (line) => {
        lines.push(line)
        const [, url] = /listening on (http:\S+)/.exec(line) ?? []
        if (url !== undefined) resolve(url)
      })
    }
    const fail = (reason: string) => (): void =>
      reject(new Error(`${options.command.join(' ')} ${reason}:\n${lines.join('\n')}`))
    child.once('error', (error) => fail(`could not be started (${error.message})`)())
    child.once('close', fail('ended before it listened'))
    setTimeout(fail(`did not listen within ${startsWithinMs} ms`), startsWithinMs).unref()
  })

  try {
    return { url: await listening, lines, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

function signal(child: ChildProcess, name: NodeJS.Signals): void {
  if (child.pid === undefined) return
  try {
    process.kill(-child.pid, name)
  } catch {
    // The whole group has ended.
  }
}
