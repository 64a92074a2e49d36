import { setTimeout as delay } from 'node:timers/promises'
import { deliver } from '@x/koywe-core/testing'
import { startInBackground } from '@x/koywe-testkit/background'
import type { Command } from '@x/koywe-testkit/process-group'
import { formatAnswer } from './format-answer.js'
import { startServer } from './server.js'

/** An example that receives the Payments API and hands its events to a worker through a queue. */
export interface PaymentsExample {
  readonly folder: string
  readonly env: NodeJS.ProcessEnv
  /** Starts the server, which prints `listening on http://…`. */
  readonly server: Command['command']
  /** Starts a worker, which prints `working`. */
  readonly worker: Command['command']
}

/** What came of it. */
export interface PaymentsReport {
  /** The answer to each delivery. */
  readonly answers: Readonly<Record<string, string>>
  /** What the worker wrote about its jobs, in their order. */
  readonly jobs: readonly string[]
  /** What the server says of the order that it knows. */
  readonly order: unknown
  /** The status of its answer about the order that it does not know. */
  readonly unknownOrder: number
  /** Whether the server and the worker ended by themselves on SIGTERM. */
  readonly stopped: boolean
}

const secret = 'the secret of the play'
const settlesWithinMs = 30_000

/** Sends the example deliveries of one order it knows, of another that it does not, and some that it must refuse. */
export async function playPayments(example: PaymentsExample): Promise<PaymentsReport> {
  const { folder } = example
  const env = { ...example.env, KOYWE_PAYMENTS_SECRET: secret }
  const server = await startServer({ command: example.server, folder, env })
  const worker = await startInBackground({ command: example.worker, folder, env }, /^(working)$/)
  const jobs = () => worker.lines.filter((line) => line.startsWith('event '))
  const stop = async () => (await Promise.all([server.stop(), worker.stop()])).every(Boolean)

  async function play(): Promise<Omit<PaymentsReport, 'jobs' | 'stopped'>> {
    await fetch(`${server.url}/orders/A-1`, { method: 'PUT' })
    const answers: Record<string, string> = {}
    for (const [name, id, type, external_id] of deliveries) {
      const event = { id, type, data: { external_id } }
      answers[name] = formatAnswer(await deliver(server.url, event, { secret }))
      // One after another, so that the jobs are in the order of the events.
      await until(() => jobs().some((line) => line.split(/[ ,]/)[2] === id))
    }
    const paid = { id: 'evt_6', type: 'order.paid', data: { external_id: 'A-1' } }
    const forged = await deliver(server.url, paid, { secret, as: 'forged' })
    answers['a forgery'] = formatAnswer(forged)
    const ramp = { eventName: 'crypto_delivered' }
    const path = '/webhooks/koywe-payments'
    answers['a ramp webhook'] = formatAnswer(await deliver(server.url, ramp, { secret, path }))
    const order: unknown = await (await fetch(`${server.url}/orders/A-1`)).json()
    const unknownOrder = (await fetch(`${server.url}/orders/B-1`)).status
    return { answers, order, unknownOrder }
  }

  const played = await play().catch(async (error: unknown) => {
    await stop()
    throw error
  })
  const stopped = await stop()
  return { ...played, jobs: jobs(), stopped }
}

/** Name, id, type, and the id of the order in our own books. */
const deliveries = [
  ['an event of our order', 'evt_1', 'order.paid', 'A-1'],
  ['a duplicate', 'evt_1', 'order.paid', 'A-1'],
  ['another event of our order', 'evt_2', 'order.completed', 'A-1'],
  ['an order that nobody here knows', 'evt:3', 'order.paid', 'B-1'],
  ['an id that is an integer', '4', 'order.paid', 'B-1'],
  ['a type that is not documented', 'evt_5', 'webhook.ping', undefined],
  ['such a type, of our order', 'evt_7', 'order.new', 'A-1'],
] as const

/** @throws {Error} when it takes too long. */
async function until(isDone: () => boolean): Promise<void> {
  const end = Date.now() + settlesWithinMs
  while (!isDone()) {
    if (Date.now() > end) throw new Error(`the worker did not settle within ${settlesWithinMs} ms`)
    await delay(20)
  }
}
