import { randomUUID } from 'node:crypto'
import { sign } from '@x/koywe-testkit/sign'
import type { Answer, Ask, Headers, Request } from './asker.js'

/** The stacks' environment variables. */
export const credentials = {
  secret: 'the secret of the stacks, of 32 bytes or more',
  token: 'the-token-of-the-stacks',
}

/** One check and its result. */
export interface Result {
  readonly question: string
  /** Absent when the check passed. */
  readonly fault?: string
  /** The headers of the answer, by name. Absent when there was none. */
  readonly headers?: Headers
}

/** What a stack reports when it is ready. */
export interface Facts {
  /** Where it mounted the handlers: without a path, on a route, on a path. */
  readonly places: readonly string[]
  /** Whether an agent must have traced the requests. */
  readonly traced: boolean
  /** Whether the application answers before a slow handler does. */
  readonly impatient: boolean
  /** What stands before the paths of the application's routes. */
  readonly prefix: string
  /** Whether one of the application's routes may pass a request on. */
  readonly passing: boolean
}

const webhookAt: Readonly<Record<string, string>> = {
  bare: '/webhooks/koywe',
  route: '/hooks/koywe',
  mounted: '/mounted/koywe',
}
const authAt: Readonly<Record<string, string>> = {
  bare: '/koywe/auth',
  route: '/koywe/ask',
  mounted: '/mounted/ask',
}

/** Runs every check on a stack, one after the other. */
export async function askEverything(ask: Ask, facts: Facts): Promise<readonly Result[]> {
  const results: Result[] = []
  const handled: string[] = []

  async function expect(question: string, request: Request, wanted: Wanted): Promise<void> {
    results.push({ question, ...(await compare(() => ask(request), wanted)) })
  }

  // A handler without a path sees the whole path.
  const pathAt = (paths: Readonly<Record<string, string>>, place: string): string =>
    (place === 'bare' ? '' : facts.prefix) + (paths[place] ?? '')

  for (const place of facts.places) {
    const path = pathAt(webhookAt, place)
    const orderId = randomUUID()
    const good = post(path, signed({ eventName: 'crypto_delivered', orderId }, credentials.secret))
    const forged = signed({ eventName: 'crypto_delivered', orderId: 'forged' }, 'a guess')
    handled.push(orderId)
    await expect(`webhook, ${place}`, good, { status: 200, body: { received: true } })
    const again = { status: 200, body: { received: true, duplicate: true } }
    await expect(`duplicate, ${place}`, good, again)
    const refused = { status: 401, body: { error: 'invalid_signature' } }
    await expect(`forged webhook, ${place}`, post(path, forged), refused)
  }

  for (const place of facts.places) {
    const path = pathAt(authAt, place)
    const known = JSON.stringify({ email: 'maria@example.com' })
    const unknown = JSON.stringify({ email: 'stranger@example.com' })
    const right = { authorization: `Bearer ${credentials.token}` }
    const wrong = { authorization: 'Bearer a guess' }
    await expect(`user, ${place}`, post(path, known, right), { status: 200, body: true })
    await expect(`stranger, ${place}`, post(path, unknown, right), { status: 200, body: false })
    await expect(`wrong token, ${place}`, post(path, known, wrong), { status: 401, body: false })
  }

  const others = [`${facts.prefix}/other`, ...(facts.passing ? ['/passing'] : [])]
  for (const path of others) {
    const echo = signed({ eventName: 'of another', orderId: randomUUID() }, 'of another')
    const body = { echo, ...(facts.traced && { traced: true }) }
    await expect(`POST ${path} of the application`, post(path, echo), { status: 200, body })
  }

  if (facts.impatient) {
    const slow = signed({ eventName: 'order_slow', orderId: randomUUID() }, credentials.secret)
    await expect('slow webhook, answered before', post('/webhooks/koywe', slow), { status: 503 })
    const next = { status: 200, body: { slow: true } }
    await expect('the next request of its connection', post('/slow', '{}'), next)
  }

  results.push({ question: 'heard', ...(await faultOfHeard(ask, handled, facts.prefix)) })
  return results
}

interface Wanted {
  readonly status: number
  /** Compared as JSON; absent when any body is fine. */
  readonly body?: unknown
}

async function compare(
  ask: () => Promise<Answer>,
  wanted: Wanted,
): Promise<Omit<Result, 'question'>> {
  try {
    const { status, headers, body } = await ask()
    const wantedBody = wanted.body === undefined ? body : JSON.stringify(wanted.body)
    if (status === wanted.status && body === wantedBody) return { headers }
    return { headers, fault: `${status} ${textIn(body)}` }
  } catch (error) {
    return { fault: error instanceof Error ? error.message.slice(0, 150) : String(error) }
  }
}

/** A body as plain text; it may be an HTML page. */
function textIn(body: string): string {
  const text = body.replace(/<head>.*<\/head>/s, '').replaceAll(/<[^>]*>/g, ' ')
  return text.replaceAll(/\s+/g, ' ').trim().slice(0, 150)
}

/** Checks that every valid event arrived exactly once, unchanged, and nothing else did. */
async function faultOfHeard(
  ask: Ask,
  handled: readonly string[],
  prefix: string,
): Promise<{ fault?: string }> {
  const request = { method: 'GET', path: `${prefix}/heard`, headers: {} } as const
  let heard: readonly { orderId: string; foreign: readonly string[] }[] = []
  const asked = await compare(
    async () => {
      const answer = await ask(request)
      heard = JSON.parse(answer.body)
      return answer
    },
    { status: 200 },
  )
  if (asked.fault) return { fault: asked.fault }
  const wrong = handled.filter((id) => heard.filter(({ orderId }) => orderId === id).length !== 1)
  if (wrong.length > 0) return { fault: `${wrong.length} of ${handled.length} events not once` }
  if (heard.some(({ orderId }) => orderId === 'forged')) return { fault: 'a forged event' }
  const foreign = heard.flatMap((event) => event.foreign)
  return foreign.length > 0 ? { fault: `keys that were not sent: ${foreign[0]}` } : {}
}

function post(path: string, body: string, headers: Record<string, string> = {}): Request {
  const length = String(Buffer.byteLength(body))
  const own = {
    'content-type': 'application/json',
    'content-length': length,
    // As axios sends it, which Koywe uses.
    'accept-encoding': 'gzip, compress, deflate, br',
  }
  return { method: 'POST', path, headers: { ...own, ...headers }, body }
}

/** Signs an event of the day that Koywe's page shows. */
function signed(event: object, secret: string): string {
  return sign({ ...event, timeStamp: '2022-10-26T22:36:41.658Z' }, secret)
}
