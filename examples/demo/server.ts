import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { setTimeout as delay } from 'node:timers/promises'
import { type Command, signalGroup, spawnGroup } from './process-group.js'

/** A server in a process of its own. */
export interface RunningServer {
  /** Where it listens, without a slash at the end. */
  readonly url: string
  /** Every line that it has written so far, to stdout and stderr. */
  readonly lines: readonly string[]
  /** Ends it, kindly at first; afterwards `lines` is complete. */
  stop(): Promise<void>
}

const startsWithinMs = 180_000
const endsWithinMs = 5_000

/**
 * Starts a server, which must print `listening on http://…` when it is ready, and waits until it does.
 *
 * @throws {Error} with all that it wrote, when it ends or is silent instead.
 */
export async function startServer(options: Command): Promise<RunningServer> {
  const child = spawnGroup(options)
  const lines: string[] = []
  const closed = once(child, 'close').catch(() => {})

  async function stop(): Promise<void> {
    signalGroup(child, 'SIGTERM')
    await Promise.race([closed, delay(endsWithinMs, undefined, { ref: false })])
    signalGroup(child, 'SIGKILL')
    await closed
  }

  const listening = new Promise<string>((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr]) {
      createInterface(stream).on('line', (line) => {
        lines.push(line)
        const [, url] = /listening on (http:[^\s"]+)/.exec(line) ?? []
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
