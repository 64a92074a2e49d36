import { createHash } from 'node:crypto'
import { Agent, request } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import { koyweEventNames } from '@x/koywe-core'
import { sign } from '@x/koywe-testkit/sign'

/** What to send. */
export interface SenderPlan {
  readonly secret: string
  readonly ports: readonly number[]
  readonly deliveries: number
  readonly orders: number
  /** Stops sending new events at this time, in milliseconds since the epoch. */
  readonly until: number
  /** Called with the number of events before each is sent for the first time. */
  onSent(events: number): void
}

/** What the sender observed. */
export interface SenderResult {
  /** Distinct events sent. */
  events: number
  /** Events sent twice at the same time. */
  sentTwiceAtOnce: number
  /** Events sent again after their 200 and answered as a duplicate. */
  sentAgainLate: number
  /** Events sent again after their 200 but not answered as a duplicate. */
  notKnownAgain: number
  /** Events sent out of the order of their times. */
  outOfOrder: number
  /** All requests, including retries. */
  requests: number
  /** How often each answer came; broken connections count under their error code. */
  readonly answers: Map<string, number>
  /** Requests without an answer within {@link answerWithinMs} on a connection that stayed open. */
  hung: number
  /** Events never answered with 200. */
  givenUp: number
  /** Milliseconds until each answer. */
  readonly latencies: number[]
}

/** After this a request counts as hung. The receiver itself answers within 5 seconds. */
const answerWithinMs = 20_000

const senders = 24
const attempts = 200
const shares = { twiceAtOnce: 0.1, againLate: 0.02, outOfOrder: 0.12 }

/** Sends every event until it is answered with 200, several at a time, to any of the servers. */
export async function sendAll(plan: SenderPlan): Promise<SenderResult> {
  const { secret, ports, deliveries, orders } = plan
  const agent = new Agent({ keepAlive: true, maxSockets: 64 })
  const result: SenderResult = {
    events: 0,
    sentTwiceAtOnce: 0,
    sentAgainLate: 0,
    notKnownAgain: 0,
    outOfOrder: 0,
    requests: 0,
    answers: new Map(),
    hung: 0,
    givenUp: 0,
    latencies: [],
  }
  const order = shuffleSome(deliveries)

  function bodyOf(event: number): string {
    const step = Math.floor(event / orders)
    // Koywe's names come first; an order with more events gets unknown names.
    const eventName = koyweEventNames[step] ?? `step_${step}`
    const time = Date.UTC(2026, 0, 1) + step * 60_000 + (event % orders)
    const payload = {
      eventName,
      orderId: uuid(`order ${event % orders}`),
      timeStamp: new Date(time).toISOString(),
    }
    return sign(payload, secret)
  }

  async function sendUntilDone(body: string): Promise<string | undefined> {
    for (let attempt = 0; attempt < attempts; attempt++) {
      const port = ports[Math.floor(Math.random() * ports.length)]
      if (port === undefined) throw new Error('there are servers')
      const started = performance.now()
      const answer = await post(agent, port, body)
      result.requests++
      result.latencies.push(Math.round(performance.now() - started))
      result.answers.set(answer.kind, (result.answers.get(answer.kind) ?? 0) + 1)
      if (answer.kind === 'hung') result.hung++
      if (answer.status === 200) return answer.kind
      await delay(100 + Math.random() * 300)
    }
    result.givenUp++
    return undefined
  }

  let next = 0
  async function send(): Promise<void> {
    while (next < deliveries && Date.now() < plan.until) {
      const place = next++
      const event = order[place] ?? place
      const body = bodyOf(event)
      result.events++
      if (event !== place) result.outOfOrder++
      plan.onSent(result.events)
      const copies = [sendUntilDone(body)]
      if (Math.random() < shares.twiceAtOnce) {
        result.sentTwiceAtOnce++
        copies.push(sendUntilDone(body))
      }
      await Promise.all(copies)
      if (Math.random() < shares.againLate) {
        result.sentAgainLate++
        if ((await sendUntilDone(body)) !== '200 duplicate') result.notKnownAgain++
      }
    }
  }

  await Promise.all(Array.from({ length: senders }, send))
  agent.destroy()
  return result
}

// Not the testing kit's `deliver`: connections are kept alive and shared, as under load, and a request that hangs is told
// from a connection that breaks. The signer is the tests' independent one.
interface Answer {
  readonly status: number
  readonly kind: string
}

function post(agent: Agent, port: number, body: string): Promise<Answer> {
  return new Promise((resolve) => {
    const signal = AbortSignal.timeout(answerWithinMs)
    const fail = (error: Error & { code?: string }): void =>
      resolve({ status: 0, kind: signal.aborted ? 'hung' : (error.code ?? error.message) })
    const headers = {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
    }
    request(
      { agent, port, host: '127.0.0.1', method: 'POST', path: '/webhooks/koywe', headers, signal },
      (response) => {
        let text = ''
        response.setEncoding('utf8')
        response.on('data', (chunk) => {
          text += chunk
        })
        response.on('error', fail)
        response.on('end', () => {
          const status = response.statusCode ?? 0
          resolve({ status, kind: `${status} ${wordOf(text)}` })
        })
      },
    )
      .on('error', fail)
      .end(body)
  })
}

function wordOf(text: string): string {
  const { error, duplicate } = JSON.parse(text)
  return error ?? (duplicate ? 'duplicate' : 'received')
}

/** The numbers up to `count`, a little over 10 % of them out of place. */
function shuffleSome(count: number): Uint32Array {
  const order = Uint32Array.from({ length: count }, (_, index) => index)
  for (let place = 0; place < count; place++) {
    if (Math.random() >= shares.outOfOrder / 2) continue
    const later = place + Math.floor(Math.random() * (count - place))
    const [one, other] = [order[place] ?? place, order[later] ?? later]
    order[place] = other
    order[later] = one
  }
  return order
}

function uuid(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex')
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, '$1-$2-$3-$4-$5')
}
