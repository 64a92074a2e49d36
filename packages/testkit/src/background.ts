import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { setTimeout as delay } from 'node:timers/promises'
import { type Command, signalGroup, spawnGroup } from './process-group.js'

/** A command that keeps running until it is stopped. */
export interface BackgroundProcess {
  /** What it announced when it was ready: the first group of the pattern. */
  readonly announced: string
  /** Every line that it has written so far, to stdout and stderr. */
  readonly lines: readonly string[]
  /**
   * Ends it, kindly at first; afterwards `lines` is complete. Tells whether it ended by itself.
   *
   * @param withinMs Default: 5000.
   */
  stop(withinMs?: number): Promise<boolean>
  /** Ends it as a crash does. */
  kill(): Promise<void>
  /** Stops its clock, as a machine that is suspended does. */
  freeze(): void
  /** Lets it run again after `freeze`. */
  thaw(): void
}

const readyWithinMs = 180_000
const endsWithinMs = 5_000

/**
 * Starts a command and waits until it writes a line that fits `ready`.
 *
 * @throws {Error} with all that it wrote, when it ends or is silent instead.
 */
export async function startInBackground(
  options: Command,
  ready: RegExp,
): Promise<BackgroundProcess> {
  const child = spawnGroup(options)
  const lines: string[] = []
  const closed = once(child, 'close').catch(() => {})

  async function kill(): Promise<void> {
    signalGroup(child, 'SIGKILL')
    await closed
  }

  async function stop(withinMs = endsWithinMs): Promise<boolean> {
    signalGroup(child, 'SIGTERM')
    const late = delay(withinMs, 'late', { ref: false })
    const ended = (await Promise.race([closed, late])) !== 'late'
    await kill()
    return ended
  }

  const announced = new Promise<string>((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr]) {
      createInterface(stream).on('line', (line) => {
        lines.push(line)
        const [, words] = ready.exec(line) ?? []
        if (words !== undefined) resolve(words)
      })
    }
    const fail = (reason: string) => (): void =>
      reject(new Error(`${options.command.join(' ')} ${reason}:\n${lines.join('\n')}`))
    child.once('error', (error) => fail(`could not be started (${error.message})`)())
    child.once('close', fail('ended before it was ready'))
    setTimeout(fail(`was not ready within ${readyWithinMs} ms`), readyWithinMs).unref()
  })

  try {
    return {
      announced: await announced,
      lines,
      stop,
      kill,
      freeze: () => signalGroup(child, 'SIGSTOP'),
      thaw: () => signalGroup(child, 'SIGCONT'),
    }
  } catch (error) {
    await stop()
    throw error
  }
}
