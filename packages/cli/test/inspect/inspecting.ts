import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { environment } from '@x/koywe-testkit/environment'
import { afterAll } from 'vitest'
import type {
  Action,
  ActionResult,
  ApplicationState,
  DeliveryEntry,
  Entry,
  Message,
} from '../../src/inspect/entries.js'
import { program } from '../koywe.js'

export const secret = 'the secret of the inspected application'
export const probe = join(import.meta.dirname, 'apps/probe.mjs')

const cleanups: (() => unknown)[] = []
afterAll(() => Promise.all(cleanups.splice(0).map((cleanUp) => cleanUp())))

/** Cleans up once all tests of the file are done: tests that run at the same time share `onTestFinished`. */
export function afterwards(cleanUp: () => unknown): void {
  cleanups.push(cleanUp)
}

/** A running `koywe inspect`, and its page as a script sees it. */
export interface Inspecting {
  readonly child: ChildProcess
  /** Of the page. */
  readonly origin: string
  readonly token: string
  readonly entries: ReadonlyMap<number, Entry>
  /** Every state of the application so far. */
  readonly states: readonly ApplicationState[]
  /** The text of the whole stream. */
  readonly streamed: () => string
  readonly stdout: () => string
  readonly stderr: () => string
  /** Waits for something to be true. */
  until<T>(
    what: string,
    find: () => T | undefined | null | false,
    withinMs?: number,
  ): Promise<NonNullable<T>>
  delivery(number: number): Promise<DeliveryEntry>
  act(action: Action): Promise<ActionResult>
  /** Resolves to the exit code. */
  readonly ended: Promise<number | null>
}

/** How it is started. */
interface InspectingOptions {
  readonly env?: NodeJS.ProcessEnv
  readonly state: ApplicationState['state'] | undefined
  /** What a shell does first. */
  readonly shell?: string
}

/** Starts it, opens its stream, and waits until the application is in that state. */
export async function startInspecting(
  args: readonly string[],
  { env = {}, state, shell = '' }: InspectingOptions = { state: 'up' },
): Promise<Inspecting> {
  const command = [process.execPath, program, 'inspect', ...args]
  const child = spawn('sh', ['-c', `${shell}\nexec "$@"`, 'sh', ...command], {
    env: { ...environment(), KOYWE_WEBHOOK_SECRET: secret, ...env },
    cwd: join(import.meta.dirname, 'apps'),
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const ended = once(child, 'close').then(() => child.exitCode)
  afterwards(async () => {
    child.kill('SIGTERM')
    await ended
  })
  const [stdout, stderr] = [collect(child.stdout), collect(child.stderr)]
  let streamed = ''
  const entries = new Map<number, Entry>()
  const states: ApplicationState[] = []

  async function until<T>(
    what: string,
    find: () => T | undefined | null | false,
    withinMs = 55_000,
  ): Promise<NonNullable<T>> {
    const deadline = performance.now() + withinMs
    for (;;) {
      const found = find()
      if (found) return found
      if (performance.now() > deadline) {
        throw new Error(
          `${what} did not happen:\n${JSON.stringify([...states, ...entries.values()])}\n${stdout()}\n${stderr()}`,
        )
      }
      await delay(10)
    }
  }

  const address = /at (http:\/\/127\.0\.0\.1:\d+)\/#token=(\S+)/
  const [, origin = '', token = ''] = await until('a page', () => address.exec(stderr()))
  const authorization = `Bearer ${token}`
  const stream = await fetch(`${origin}/api/stream`, { headers: { authorization } })
  void readStream(stream, (text) => {
    streamed += text
    for (const [, json = ''] of text.matchAll(/^data:(.*)$/gm)) {
      const message: Message = JSON.parse(json)
      if (message.kind === 'application') states.push(message)
      else entries.set(message.number, message)
    }
  })
  if (state) await until(`the state ${state}`, () => states.some((one) => one.state === state))

  return {
    ...{ child, origin, token, entries, states, stdout, stderr, until, ended },
    streamed: () => streamed,
    delivery: (number) =>
      until(`delivery ${number}`, () => {
        const entry = entries.get(number)
        return entry?.kind === 'delivery' && entry.status !== undefined && entry
      }),
    async act(action) {
      const response = await fetch(`${origin}/api/actions`, {
        method: 'POST',
        headers: { authorization, 'content-type': 'application/json' },
        body: JSON.stringify(action),
      })
      return (await response.json()) as ActionResult // the inspector's own
    },
  }
}

/** The origin of the application, once it is up. */
export async function applicationOf({ states, until }: Inspecting): Promise<string> {
  const { origin } = await until('an origin', () => states.findLast(({ state }) => state === 'up'))
  return origin ?? ''
}

/** The numbers that an action was answered with. */
export function numbersOf(result: ActionResult): readonly number[] {
  if ('numbers' in result) return result.numbers
  throw new Error(`${result.error.code}: ${result.error.message}`)
}

function collect(stream: NodeJS.ReadableStream): () => string {
  let text = ''
  stream.setEncoding('utf8').on('data', (piece) => {
    text += piece
  })
  return () => text
}

/** Calls back with whole events. */
async function readStream({ body }: Response, onText: (text: string) => void): Promise<void> {
  const decoder = new TextDecoder()
  let rest = ''
  try {
    for await (const piece of body ?? []) {
      rest += decoder.decode(piece, { stream: true })
      const end = rest.lastIndexOf('\n\n') + 2
      if (end < 2) continue
      onText(rest.slice(0, end))
      rest = rest.slice(end)
    }
  } catch {
    // The inspector has ended.
  }
}
