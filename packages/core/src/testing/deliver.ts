import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import {
  type KoyweDeliveryContext,
  koyweChannels,
  type TracedEvent,
  type TracedPaymentsEvent,
} from '../http/channels.js'
import { defaultPaths } from '../setup/default-paths.js'
import { pathFor } from './ask.js'
import type { AnyBadDelivery, DeliveryRequest } from './bad-deliveries.js'
import { checkSecret } from './check-secret.js'
import {
  type EventToDeliver,
  isPaymentsEvent,
  type Manner,
  type PaymentsEventToDeliver,
  requestOf,
} from './delivery-request.js'
import { jsonOrText, type Received, request } from './request.js'
import { serve, type Target } from './target.js'

/** How an event is delivered. */
export interface DeliverOptions {
  /** The secret that the receiver has; of several, the one to sign with. */
  readonly secret: string
  /** How it differs from a delivery of Koywe's. Default: as Koywe sends it. */
  readonly as?: Manner
  /** Headers beside `content-type`, or instead of it. */
  readonly headers?: Readonly<Record<string, string>>
  /**
   * Where the receiver answers. Default: the path of a URL that has one, else `/webhooks/koywe`, or `/webhooks/koywe-payments` for
   * an event of the Payments API.
   */
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
export interface DeliveryAnswer<Event = TracedEvent> {
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
  readonly event: Event | undefined
  readonly durationMs: number
}

type Deliverable = EventToDeliver | PaymentsEventToDeliver | AnyBadDelivery

type AnyAnswer = DeliveryAnswer<TracedEvent | TracedPaymentsEvent>

/** The answer to an event, which tells the event of the same API. */
type AnswerTo<Sent> = Sent extends PaymentsEventToDeliver & { readonly eventName?: never }
  ? DeliveryAnswer<TracedPaymentsEvent>
  : DeliveryAnswer

/**
 * Delivers an event as Koywe does, and waits for the answer: the listeners are done when it comes. With `times` or `concurrent`
 * it gives a list of answers. An event with `eventName` is one of the ramp API, one with `type` of the Payments API. A request,
 * which may have been recorded, is sent as it is.
 *
 * @throws {TypeError} when there is no secret, or an empty one, which no receiver has; or when the target is none.
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
export async function deliver<Sent extends Deliverable>(
  target: Target,
  event: Sent,
  options: DeliverOptions & RepeatOptions & ({ times: number } | { concurrent: number }),
): Promise<readonly AnswerTo<Sent>[]>
export async function deliver<Sent extends Deliverable>(
  target: Target,
  event: Sent,
  options: DeliverOptions,
): Promise<AnswerTo<Sent>>
export async function deliver(
  target: Target,
  request: DeliveryRequest,
  options?: Omit<DeliverOptions, 'secret' | 'as'>,
): Promise<AnyAnswer>
export async function deliver(
  target: Target,
  event: Deliverable | DeliveryRequest,
  options: Partial<DeliverOptions> & RepeatOptions = {},
): Promise<AnyAnswer | readonly AnyAnswer[]> {
  const { as, times, concurrent, headers, timeoutMs } = options
  const made = makeRequest(event, options.secret, as)
  const { url: base, close } = await serve(target)
  const byDefault = isOfPayments(event) ? defaultPaths.koywePayments : defaultPaths.koyweWebhooks
  const url = pathFor(base, options.path, byDefault)
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
    const answers: AnyAnswer[] = []
    for (let round = 0; round < (times ?? 1); round++) {
      answers.push(...(await Promise.all(Array.from({ length: concurrent ?? 1 }, once))))
    }
    return answers
  } finally {
    unsubscribe(channel, note)
    await close()
  }
}

function makeRequest(
  event: Deliverable | DeliveryRequest,
  given: string | undefined,
  as: Manner | undefined,
): DeliveryRequest {
  if (isRequest(event)) return event
  const secret = given || undefined
  checkSecret(secret, 'deliver(app, event, { secret })')
  return isBad(event) ? event.request(secret) : requestOf(event, secret, as)
}

function isOfPayments(event: Deliverable | DeliveryRequest): boolean {
  if (isRequest(event)) {
    return Object.keys(event.headers).some((name) => /^koywe-signature$/i.test(name))
  }
  return isBad(event) ? event.api === 'payments' : isPaymentsEvent(event)
}

function isRequest(event: Deliverable | DeliveryRequest): event is DeliveryRequest {
  return 'headers' in event && 'body' in event && !('eventName' in event || 'type' in event)
}

function isBad(event: Deliverable): event is AnyBadDelivery {
  return 'request' in event && typeof event.request === 'function'
}

function toAnswer(
  { status, location, text, durationMs }: Received,
  { pathname }: URL,
  seen: KoyweDeliveryContext[],
  sent: string | Uint8Array,
): AnyAnswer {
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
    event: context?.event,
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
