import { setTimeout as delay } from 'node:timers/promises'
import type { KoyweEvent } from '@x/koywe-core'
import { deliver, koyweOrder } from '@x/koywe-core/testing'
import { type BackgroundProcess, startInBackground } from '@x/koywe-testkit/background'
import type { Command } from '@x/koywe-testkit/process-group'
import { formatAnswer, formatFailure } from './format-answer.js'
import { startServer } from './server.js'
import { eventIn } from './server-log.js'

/** An example whose server hands its events to a worker through a queue. */
export interface QueueExample {
  readonly folder: string
  readonly env: NodeJS.ProcessEnv
  readonly secret: string
  /** Starts the server, which prints `listening on http://…`. */
  readonly server: Command['command']
  /** Starts a worker, which prints `working`. */
  readonly worker: Command['command']
  /** Called when both are ready. */
  injectFaults(): Promise<void>
}

/** The results of a drill. */
export interface DrillReport {
  /** How often each answer came. */
  readonly answers: Readonly<Record<string, number>>
  /** How many jobs were started until every event had taken effect; more than there are events, since some were cut off. */
  readonly started: number
  /** Each order at the end: the name of its latest event, and how many events took effect. */
  readonly orders: readonly string[]
  /** The jobs that were started when every event came once more. */
  readonly again: readonly string[]
  /** Whether the server and the workers ended by themselves on SIGTERM. */
  readonly stopped: boolean
}

const orders = 20
/** How many events each order has. */
const eventsPerOrder = 3
const settlesWithinMs = 120_000

/**
 * Sends three events of each of twenty orders at once, and every fifth event twice. Meanwhile two workers are killed
 * in the middle of a job and a third is frozen there until another has taken its jobs over. In the end all events are sent again.
 * What is not acknowledged is sent again at once.
 */
export async function drill(example: QueueExample): Promise<DrillReport> {
  const { folder, env, secret } = example
  const answers: Record<string, number> = {}
  const workers: BackgroundProcess[] = []
  const eventsByOrder = new Map(Array.from({ length: orders }, createOrder))
  const orderIds = [...eventsByOrder.keys()]
  const rounds = [0, 1, 2].map((round) =>
    [...eventsByOrder.values()].filter((_events, index) => index % 3 === round).flat(),
  )

  const startWorker = async (): Promise<BackgroundProcess> => {
    const worker = await startInBackground({ command: example.worker, folder, env }, /^(working)$/)
    workers.push(worker)
    return worker
  }
  let worker = await startWorker()
  const server = await startServer({ command: example.server, folder, env })
  await example.injectFaults()

  const jobs = (): string[] =>
    workers.flatMap(({ lines }) => lines.flatMap((line) => eventIn(line) ?? []))

  /** Sends until it is acknowledged. */
  async function send(event: KoyweEvent): Promise<void> {
    for (let attempt = 0; attempt < 50; attempt++) {
      const answer = await deliver(server.url, event, { secret }).then(formatAnswer, formatFailure)
      answers[answer] = (answers[answer] ?? 0) + 1
      if (answer.startsWith('200 ')) return
    }
  }

  async function readOrder(id: string): Promise<string> {
    const response = await fetch(`${server.url}/orders/${id}`)
    if (!response.ok) return `${response.status}`
    const { latest, applied } = (await response.json()) as Order // what comes is compared as text
    return `${latest.eventName} ${applied}`
  }
  const readOrders = (): Promise<string[]> => Promise.all(orderIds.map(readOrder))

  /** Resolves when a job has just been started. */
  async function aJob(): Promise<void> {
    const before = jobs().length
    await until(() => jobs().length > before)
  }

  try {
    for (const [round, events] of rounds.entries()) {
      const copies = events.filter((_event, index) => index % 5 === 0)
      const sent = Promise.all([...events, ...copies].map(send))
      await aJob()
      if (round < rounds.length - 1) await worker.kill()
      else worker.freeze()
      worker = await startWorker()
      await sent
    }
    const all = ` ${eventsPerOrder}`
    await until(async () => (await readOrders()).every((order) => order.endsWith(all)))
    for (const frozen of workers.slice(-2)) frozen.thaw()
    const started = jobs().length
    await Promise.all(rounds.flat().map(send))
    await delay(2000)
    const again = jobs().slice(started)
    const atTheEnd = await readOrders()
    const ended = await Promise.all([server, ...workers.slice(-2)].map((each) => each.stop()))
    return { answers, started, again, orders: atTheEnd, stopped: ended.every(Boolean) }
  } finally {
    await Promise.all([server, ...workers].map((each) => each.kill()))
  }
}

/** The last three events of an order, the latest first, so that the others are late; by the order's id. */
function createOrder(): [orderId: string, events: readonly KoyweEvent[]] {
  const [first, ...others] = koyweOrder('on-ramp').slice(-eventsPerOrder).reverse()
  if (!first) throw new Error('an order has events')
  return [first.orderId, [first, ...others.reverse()]]
}

interface Order {
  readonly latest: { readonly eventName: string }
  readonly applied: number
}

/** Waits, but not forever: what is missing then shows in the report. */
async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  const end = Date.now() + settlesWithinMs
  while (!(await isSo()) && Date.now() < end) await delay(50)
}
