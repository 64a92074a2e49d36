import { randomUUID } from 'node:crypto'
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { type KoyweDeliveryContext, koyweChannels, type TracedEvent } from '../http/channels.js'
import type { KoyweEvent, KoyweEventName } from '../ramp/events.js'
import { pathFor } from './ask.js'
import type { BadDelivery, DeliveryRequest } from './bad-deliveries.js'
import { jsonOrText, type Received, request } from './request.js'
import { signEvent } from './sign-event.js'
import { serve, type Target } from './target.js'

/** The event to deliver. A missing `orderId` is a new one, a missing `timeStamp` is now; every other field is sent as it is. */
export type EventToDeliver =
  | KoyweEvent
  | { readonly eventName: KoyweEventName | (string & {}); readonly [field: string]: unknown }

/** How an event is delivered. */
export interface DeliverOptions {
  /** The secret that the receiver has; of several, the one to sign with. */
  readonly secret: string
  /**
   * - `copy`: the same bytes are sent twice, and the answer is that of the second.
   * - `forged`: signed with another secret.
   * - `unsigned`: without a signature.
   * - `tampered`: a field is added after signing.
   * - `pretty`: indented on the way, which does not break the signature.
   *
   * Default: as Koywe sends it.
   */
  readonly as?: 'copy' | 'forged' | 'unsigned' | 'tampered' | 'pretty'
  /** Headers beside `content-type`, or instead of it. */
  readonly headers?: Readonly<Record<string, string>>
  /** Where the receiver answers. Default: the path of a URL that has one, else `/webhooks/koywe`. */
  readonly path?: string
  /** How long each answer may take, in milliseconds; then it rejects. Default: 30,000. */
  readonly timeoutMs?: number
}

/** How often the same bytes are delivered. */
export interface RepeatOptions {
  /** How many times, one after another. Default: 1. */
  readonly times?: number
  /** How many at once, each of those times. Default: 1. */
  readonly concurrent?: number
}

/** What a receiver answered. */
export interface DeliveryAnswer {
  readonly status: number
  /** The body, parsed when it is JSON. */
  readonly body: unknown
  /** The `error` of the body; `undefined` after a success. */
  readonly code: string | undefined
  /** Where a redirect leads. It is not followed. */
  readonly location?: string
  /** The receiver's own sentence about `code`. Only when it runs in this process. */
  readonly reason: string | undefined
  /** The event as the receiver has verified it. Only when it runs in this process. */
  readonly event: TracedEvent | undefined
  readonly durationMs: number
}

/**
 * Delivers an event as Koywe does, and waits for the answer: the listeners are done when it comes. With `times` or `concurrent`
 * it gives a list of answers.
 *
 * @example
 * ```ts
 * import { strictEqual } from 'node:assert'
 * import { createServer } from 'node:http'
 * import { deliver } from '@x/koywe-core/testing'
 *
 * const app = createServer((_request, response) => response.end('{"received":true}'))
 * const event = { eventName: 'crypto_delivered', orderId: 'o-1' }
 * const answer = await deliver(app, event, { secret: 'the secret of the test' })
 * strictEqual(answer.status, 200, answer.reason)
 * ```
 */
export async function deliver(
  target: Target,
  event: EventToDeliver | BadDelivery,
  options: DeliverOptions & RepeatOptions & ({ times: number } | { concurrent: number }),
): Promise<readonly DeliveryAnswer[]>
export async function deliver(
  target: Target,
  event: EventToDeliver | BadDelivery,
  options: DeliverOptions,
): Promise<DeliveryAnswer>
export async function deliver(
  target: Target,
  event: EventToDeliver | BadDelivery,
  options: DeliverOptions & RepeatOptions,
): Promise<DeliveryAnswer | readonly DeliveryAnswer[]> {
  const { as, times, concurrent, headers, timeoutMs } = options
  const made = isBad(event) ? event.request(options.secret) : requestOf(event, options)
  const { url: base, close } = await serve(target)
  const url = pathFor(base, options.path, '/webhooks/koywe')
  const sent = {
    method: 'POST',
    ...made,
    headers: { ...made.headers, ...headers },
    timeoutMs,
  } as const
  const seen: KoyweDeliveryContext[] = []
  const note = (message: unknown) => {
    seen.push(message as KoyweDeliveryContext) // what the channel publishes
  }
  const channel = `tracing:${koyweChannels.delivery}:asyncEnd`
  subscribe(channel, note)
  try {
    const once = async () => toAnswer(await request(url, sent), url, seen, made.body)
    if (as === 'copy') await once()
    if (times === undefined && concurrent === undefined) return await once()
    const answers: DeliveryAnswer[] = []
    for (let round = 0; round < (times ?? 1); round++) {
      answers.push(...(await Promise.all(Array.from({ length: concurrent ?? 1 }, once))))
    }
    return answers
  } finally {
    unsubscribe(channel, note)
    await close()
  }
}

function isBad(event: EventToDeliver | BadDelivery): event is BadDelivery {
  return 'request' in event && typeof event.request === 'function'
}

function requestOf(event: EventToDeliver, { secret, as }: DeliverOptions): DeliveryRequest {
  const payload = { orderId: randomUUID(), timeStamp: new Date().toISOString(), ...event }
  const headers = { 'content-type': 'application/json' }
  return { headers, body: bodyOf(payload, secret, as) }
}

function bodyOf(payload: object, secret: string, as: DeliverOptions['as']): string {
  switch (as) {
    case 'unsigned':
      return JSON.stringify(payload)
    case 'forged':
      return signEvent(payload, `not ${secret}`)
    case 'tampered':
      return signEvent(payload, secret).replace('{', '{"tampered":true,')
    case 'pretty':
      return JSON.stringify(JSON.parse(signEvent(payload, secret)), null, 2)
    default:
      return signEvent(payload, secret)
  }
}

function toAnswer(
  { status, location, text, durationMs }: Received,
  { pathname }: URL,
  seen: KoyweDeliveryContext[],
  sent: string | Uint8Array,
): DeliveryAnswer {
  const body = jsonOrText(text)
  const error = typeof body === 'object' && body !== null && 'error' in body && body.error
  const code = typeof error === 'string' ? error : undefined
  // Several deliveries may be under way in this process: this answer's is one with the same path and outcome, best of the same bytes.
  const fitting = seen.filter(
    (context) => context.path === pathname && context.status === status && context.code === code,
  )
  const context = fitting.find((one) => isOf(one, sent)) ?? fitting[0]
  if (context) seen.splice(seen.indexOf(context), 1)
  return {
    status,
    body,
    code,
    ...(location !== undefined && { location }),
    reason: context?.reason,
    event: context?.event && 'eventName' in context.event ? context.event : undefined,
    durationMs,
  }
}

/** Whether a receiver has read that body, or has what a parser made of it. */
function isOf({ body }: KoyweDeliveryContext, sent: string | Uint8Array): boolean {
  if (body === undefined) return false
  const text = Buffer.from(sent).toString()
  if ('value' in body) {
    try {
      return JSON.stringify(body.value) === JSON.stringify(JSON.parse(text))
    } catch {
      // It is nested too deeply to be written out again.
      return false
    }
  }
  return ('text' in body ? body.text : Buffer.from(body.bytes).toString()) === text
}
