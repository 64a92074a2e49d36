import { aboutDelivery } from './about.js'
import { alwaysClaimed, claimEvent, completeClaim, releaseClaim } from './claim.js'
import { createMemoryDedupeStore, type DedupeStore } from './dedupe.js'
import { type Delivery, ReceivedDelivery } from './delivery.js'
import { createEmitter, type KoyweEmitter } from './emitter.js'
import { answerTo, KoyweError } from './errors.js'
import { isKoyweEventName, type KoyweEvent, type UnknownKoyweEvent } from './events.js'
import { checkTimeout, type Exchange } from './exchange.js'
import { parseEvent } from './fields.js'
import { createHandler, type Refusal } from './handler.js'
import { type HttpHandler, type HttpResponse, jsonResponse } from './http.js'
import { createInFlight } from './in-flight.js'
import { parseBody } from './json-object.js'
import { checkHeaders, checkLimit } from './limits.js'
import { checkLogger, createLog, type Logger } from './logger.js'
import { checkOptions } from './options.js'
import { createVerifier, type Secrets } from './signature.js'
import { verifySignature } from './verify-signature.js'

/** Settings of a receiver. */
export interface KoyweWebhooksOptions {
  /** The largest body that is read, in bytes. Default: 65,536. */
  readonly limit?: number
  /**
   * How long one delivery may take until its sender is told to come back later, in milliseconds. Listeners go on, and
   * their success is remembered. Koywe documents no limit of its own. Default: 5000.
   */
  readonly timeoutMs?: number
  /** Where the sentences for the developer go; `false` for nowhere. Default: the framework's log of the request, else `console`. */
  readonly logger?: Logger | false
  /** Remembers handled events; `false` lets every copy through to the listeners. Default: a memory store. */
  readonly dedupe?: DedupeStore | false
}

/** What a user does with a receiver, or with the middleware made of it. */
export interface KoyweReceiver extends KoyweEmitter {
  /**
   * Resolves when no delivery is being handled and every claim is settled. For a graceful stop: close the server first, so
   * that no delivery comes in, then wait for this; listeners that outlasted `timeoutMs` are waited for too.
   */
  idle(): Promise<void>
}

/** Verifies deliveries, hands their events to listeners and decides the answers. */
export interface KoyweWebhooks extends KoyweReceiver, HttpHandler {}

/**
 * Makes a receiver of Koywe's ramp webhooks. One receiver can serve several mounts and servers.
 *
 * @param secrets What was registered with Koywe as the webhook's secret.
 * @throws {TypeError} when a secret is missing or blank, or an option is wrong.
 */
export function createKoyweWebhooks(
  secrets: Secrets,
  options: KoyweWebhooksOptions = {},
): KoyweWebhooks {
  checkOptions(options, ['limit', 'timeoutMs', 'logger', 'dedupe'], 'a webhook receiver')
  const { limit = 64 * 1024, timeoutMs = 5000, dedupe = createMemoryDedupeStore() } = options
  const verifier = createVerifier(secrets)
  checkLimit(limit)
  checkTimeout(timeoutMs)
  checkLogger(options.logger)
  checkDedupe(dedupe)
  const log = createLog(options.logger)
  const { emitter, hears, emit } = createEmitter()
  const { track, idle } = createInFlight()
  const unheard = new Set<string>()
  let toldOfOldSecret = false

  /** The way of a delivery: read, verify, claim, emit, answer. */
  async function answer(exchange: Exchange): Promise<HttpResponse | Refusal> {
    const { request } = exchange
    const receivedAt = new Date()
    checkHeaders(request.headers, limit)
    const body = parseBody(await request.body(limit), limit)
    exchange.throwIfOver()

    const verified = verifySignature(body, verifier, request.headers)
    if ('code' in verified) return verified
    const event = parseEvent(verified.payload)
    const delivery = new ReceivedDelivery(verified, receivedAt, alwaysClaimed, exchange)
    exchange.about = () => aboutDelivery(event, delivery.id)
    tellOfOldSecret(exchange, delivery)
    tellOfUnheard(exchange, event)

    if (dedupe !== false) {
      const claim = await track(claimEvent(dedupe, delivery.id, exchange, log))
      if (claim.state === 'done') return duplicate
      if (claim.state === 'in_progress') return inProgress
      delivery.claim = claim
    }
    exchange.late = () => tooSlow(timeoutMs)
    return track(settle(event, delivery, exchange))
  }

  /** Runs the listeners and settles the claim, even when that takes longer than the sender is kept waiting. Never rejects. */
  async function settle(
    event: KoyweEvent | UnknownKoyweEvent,
    delivery: Delivery,
    exchange: Exchange,
  ): Promise<HttpResponse> {
    try {
      await emit(event, delivery)
    } catch (error) {
      // Not every log writes the errors in an AggregateError.
      const failures = error instanceof AggregateError ? error.errors : [error]
      for (const failure of failures) {
        log.error(
          exchange.request.logger,
          failure,
          `koywe handler_failed: a listener failed.${aboutDelivery(event, delivery.id)}`,
        )
      }
      await releaseClaim(delivery.claim, exchange, log)
      return answerTo('handler_failed')
    }
    const failure = await completeClaim(delivery.claim, exchange, log)
    if (failure === undefined) return received
    log.error(
      exchange.request.logger,
      failure,
      `koywe ${failure.code}: an event could not be completed.${aboutDelivery(event, delivery.id)}`,
    )
    await releaseClaim(delivery.claim, exchange, log)
    return answerTo(failure.code)
  }

  function tellOfOldSecret({ request }: Exchange, { secretIndex }: Delivery): void {
    if (secretIndex === 0 || toldOfOldSecret) return
    toldOfOldSecret = true
    log.warn(
      request.logger,
      `koywe: a webhook was signed with secret ${secretIndex + 1} of the list and not with the first. Keep that secret ` +
        'in the list until no server has logged this for a few days; it is logged once per process.',
    )
  }

  /** An event that nobody listens for is acknowledged, since Koywe sends every event to one URL, and so is one whose listener came too late. */
  function tellOfUnheard(
    { request }: Exchange,
    { eventName }: KoyweEvent | UnknownKoyweEvent,
  ): void {
    if (!isKoyweEventName(eventName) || hears(eventName) || unheard.has(eventName)) return
    unheard.add(eventName)
    log.warn(
      request.logger,
      `koywe: no listener for "${eventName}": the event was acknowledged and will not be sent again. If you want such events, ` +
        'add the listener before the server starts. This is logged once per event name.',
    )
  }

  const handle = createHandler({
    timeoutMs,
    log,
    late: () => new KoyweError('body_timeout', `The body did not arrive within ${timeoutMs} ms.`),
    answer,
    answerTo,
  })
  return Object.assign(emitter, {
    idle,
    handle: (request) => track(handle(request)),
  } satisfies Pick<KoyweWebhooks, 'idle' | 'handle'>)
}

const received = jsonResponse(200, { received: true })
const duplicate = jsonResponse(200, { received: true, duplicate: true })

const inProgress: Refusal = {
  code: 'in_progress',
  sentence: () =>
    'Another delivery of this event is being handled, or its server died while handling it. The sender was asked to retry.',
}

function tooSlow(timeoutMs: number): KoyweError {
  return new KoyweError(
    'timeout',
    `The listeners need more than ${timeoutMs} ms. They keep running, and the sender was asked to retry; make them faster, hand ` +
      'their work to a queue, or raise `timeoutMs`.',
  )
}

function checkDedupe(dedupe: unknown): void {
  if (dedupe === false) return
  const store = dedupe as Partial<DedupeStore> | null // only looked at, by the next line
  if (typeof store?.claim === 'function') return
  throw new TypeError(
    '`dedupe` must be a store with a method `claim`, such as createMemoryDedupeStore() makes, or `false`.',
  )
}
