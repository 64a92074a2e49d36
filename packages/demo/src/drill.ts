import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { type BackgroundProcess, startInBackground } from '@x/koywe-testkit/background'
import { formatAnswer, post } from '@x/koywe-testkit/post'
import type { Command } from '@x/koywe-testkit/process-group'
import { sign } from '@x/koywe-testkit/sign'
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
  /** Is called when both are ready. */
  makeTrouble(): Promise<void>
}

/** What came of a drill. */
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
/** The latest is sent first, so that the others are late. */
const times = { crypto_delivered: 3, payment_received: 1, crypto_tx_sent: 2 }
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
  const orderIds = Array.from({ length: orders }, () => randomUUID())
  const rounds = [0, 1, 2].map((round) =>
    orderIds.filter((_id, place) => place % 3 === round).flatMap(eventsOf),
  )

  function eventsOf(orderId: string): string[] {
    return Object.entries(times).map(([eventName, minute]) => {
      const timeStamp = new Date(Date.UTC(2026, 0, 1, 0, minute)).toISOString()
      return sign({ eventName, orderId, timeStamp }, secret)
    })
  }

  const startWorker = async (): Promise<BackgroundProcess> => {
    const worker = await startInBackground({ command: example.worker, folder, env }, /^(working)$/)
    workers.push(worker)
    return worker
  }
  let worker = await startWorker()
  const server = await startServer({ command: example.server, folder, env })
  await example.makeTrouble()

  const jobs = (): string[] =>
    workers.flatMap(({ lines }) => lines.flatMap((line) => eventIn(line) ?? []))

  /** Sends until it is acknowledged. */
  async function send(body: string): Promise<void> {
    for (let attempt = 0; attempt < 50; attempt++) {
      const answer = formatAnswer(await post(`${server.url}/webhooks/koywe`, body))
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
    for (const [index, bodies] of rounds.entries()) {
      const copies = bodies.filter((_body, place) => place % 5 === 0)
      const sent = Promise.all([...bodies, ...copies].map(send))
      await aJob()
      if (index < rounds.length - 1) await worker.kill()
      else worker.freeze()
      worker = await startWorker()
      await sent
    }
    const all = ` ${Object.keys(times).length}`
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

interface Order {
  readonly latest: { readonly eventName: string }
  readonly applied: number
}

/** Waits, but not for ever: what is missing then shows in the report. */
async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  const end = Date.now() + settlesWithinMs
  while (!(await isSo()) && Date.now() < end) await delay(50)
}
