import { createMemoryDedupeStore } from '../dedupe/memory-store.js'
import type { ClaimAnswer } from '../dedupe/store.js'
import { KoyweError, type KoyweErrorCode } from '../errors.js'
import { deliveryContext } from '../http/channel-contexts.js'
import { deliveryChannel, type KoyweDeliveryContext, processChannel } from '../http/channels.js'
import type { Body, HttpHandler, HttpResponse } from '../http/contract.js'
import { checkTimeout, type Exchange } from '../http/exchange.js'
import { createHandler, explain } from '../http/handler.js'
import { checkHeaders, checkLimit } from '../http/limits.js'
import { isRefusal, type Refusal } from '../http/refusal.js'
import { answerTo, jsonResponse } from '../http/response.js'
import type { Scheme } from '../http/scheme.js'
import { checkLogger, createLog } from '../log/logger.js'
import { outlineOf } from '../log/outline.js'
import type { KoyweEventMap, UnknownKoyweEvent } from '../ramp/events.js'
import { checkOptions } from '../setup/options.js'
import {
  checkClaimAnswer,
  checkDedupe,
  completionIsLate,
  refuseInProgress,
  releaseClaim,
  storeIsLate,
  storeUnavailable,
} from './claim.js'
import { ReceivedDelivery } from './delivery.js'
import { createEmitter, type KoyweEmitter } from './emitter.js'
import { createInFlight } from './in-flight.js'
import { type KoyweWebhooksOptions, webhooksOptions } from './options.js'
import { renewLease } from './renew-lease.js'
import { traceProcess } from './trace-process.js'
import { createWarnings } from './warnings.js'

/** The methods of a receiver that you use, also on the middleware made from it. */
export interface KoyweListeners<Events = KoyweEventMap, Unknown = UnknownKoyweEvent>
  extends KoyweEmitter<Events, Unknown> {
  /**
   * Resolves when no delivery is being handled and every claim is settled. For a graceful stop, close the server first, so that no
   * new delivery arrives, then await this. It also waits for listeners that outlast `timeoutMs`.
   */
  idle(): Promise<void>
}

/** Verifies deliveries, hands their events to listeners and decides the answers. */
export interface Receiver<Events, Unknown> extends KoyweListeners<Events, Unknown>, HttpHandler {}

/**
 * Creates a receiver of the deliveries that a scheme opens. One receiver can serve several mounts and servers.
 *
 * @throws {TypeError} when an option is wrong or unknown.
 */
export function createReceiver<Events, Unknown>(
  scheme: Scheme<Events[keyof Events] | Unknown>,
  options: KoyweWebhooksOptions,
): Receiver<Events, Unknown> {
  type Opened = ReceivedDelivery<Events[keyof Events] | Unknown>
  checkOptions(options, webhooksOptions, 'a webhook receiver')
  const { limit = 64 * 1024, timeoutMs = 5000, dedupe = createMemoryDedupeStore() } = options
  checkLimit(limit)
  checkTimeout(timeoutMs)
  checkLogger(options.logger)
  checkDedupe(dedupe)
  // No event of one API can pass for one of the other in a store that both share.
  const keyPrefix = scheme.api === 'ramp' ? '' : `${scheme.api}:`
  const log = createLog(options.logger)
  const { emitter, hears, emit } = createEmitter<Events, Unknown>(scheme)
  const { track, idle } = createInFlight()
  const warnings = createWarnings(log, scheme)

  /** A delivery's path: read, verify, claim, emit, answer. */
  async function answer(
    exchange: Exchange,
    context: KoyweDeliveryContext | undefined,
  ): Promise<HttpResponse | Refusal> {
    const receivedAt = new Date()
    checkHeaders(exchange.request.headers, limit)
    const body = await exchange.request.body(limit)
    exchange.throwIfTimedOut()
    if (context) context.body = body
    const delivery = open(body, receivedAt, exchange)
    if (isRefusal(delivery)) return delivery
    if (context) Object.assign(context, delivery.known())
    // Counted by itself, because it may outlive the answer.
    return await track(handOver(delivery, exchange, context))
  }

  function open(body: Body, receivedAt: Date, exchange: Exchange): Opened | Refusal {
    const opened = scheme.open(body, exchange.request.headers, limit)
    if (isRefusal(opened)) return opened
    const delivery = new ReceivedDelivery(opened, receivedAt, exchange, scheme.api)
    exchange.subject = delivery
    const { logger } = exchange.request
    const { secretIndex, eventName } = opened
    if (secretIndex > 0) warnings.oldSecret(logger, secretIndex)
    if (!hears(eventName)) warnings.missingListener(logger, eventName)
    return delivery
  }

  /**
   * Claims the event, runs the listeners and completes the claim, even if that takes longer than the sender waits.
   */
  async function handOver(
    delivery: Opened,
    exchange: Exchange,
    context: KoyweDeliveryContext | undefined,
  ): Promise<HttpResponse | Refusal> {
    if (dedupe !== false) {
      exchange.timeoutError = storeIsLate
      let claim: ClaimAnswer
      try {
        claim = await dedupe.claim(keyPrefix + delivery.id)
      } catch (cause) {
        throw storeUnavailable(cause)
      }
      checkClaimAnswer(claim)
      if (claim.state === 'done') {
        if (context && !exchange.timedOut) context.duplicate = true
        return duplicate
      }
      if (claim.state === 'in_progress') return refuseInProgress(claim)
      // A claim that came too late is released, so that a retry is handled.
      if (exchange.timedOut) await releaseClaim(claim, exchange, log)
      exchange.throwIfTimedOut()
      delivery.claim = claim
    }
    exchange.timeoutError = tooSlow
    const emitted = processChannel.hasSubscribers
      ? traceProcess(delivery, emit)
      : emit(delivery.event, delivery)
    const failures =
      emitted instanceof Promise ? await whileRenewing(emitted, delivery, exchange) : emitted
    if (failures.length > 0) {
      return giveUp('a listener failed', 'handler_failed', failures, exchange, delivery, context)
    }
    exchange.timeoutError = completionIsLate
    try {
      await delivery.claim.complete()
    } catch (error) {
      if (KoyweError.is(error)) {
        return giveUp(
          'the event could not be completed',
          error.code,
          [error],
          exchange,
          delivery,
          context,
        )
      }
      // A retry would run the listeners twice, so the event counts as handled.
      log.error(
        exchange.request.logger,
        error,
        `koywe: an event was handled, but the dedupe store could not record it; a duplicate would be handled again.${delivery.about()}`,
      )
    }
    return received
  }

  /** Renews the claim while listeners run. */
  async function whileRenewing<T>(
    running: Promise<T>,
    delivery: Opened,
    exchange: Exchange,
  ): Promise<T> {
    const stop = renewLease(delivery.claim, {
      error: (error, sentence) =>
        log.error(exchange.request.logger, error, sentence + delivery.about()),
    })
    try {
      return await running
    } finally {
      stop()
    }
  }

  /** Logs each error separately, since not every logger writes those in an AggregateError, and releases the claim. */
  async function giveUp(
    what: string,
    code: KoyweErrorCode,
    errors: readonly unknown[],
    exchange: Exchange,
    delivery: Opened,
    context: KoyweDeliveryContext | undefined,
  ): Promise<HttpResponse> {
    if (context && !exchange.timedOut) {
      explain(context, code, `${what}: ${errors.map(outlineOf).join('; ')}.`)
    }
    for (const error of errors) {
      log.error(exchange.request.logger, error, `koywe ${code}: ${what}.${delivery.about()}`)
    }
    await releaseClaim(delivery.claim, exchange, log)
    return answerTo(code)
  }

  function tooSlow(): KoyweError {
    return new KoyweError(
      'timeout',
      `The listeners took longer than ${timeoutMs} ms. They keep running, and the sender was asked to retry; make them faster, hand ` +
        'their work to a queue, or raise `timeoutMs`.',
    )
  }

  const handle = createHandler({
    channel: deliveryChannel,
    contextOf: (request) => deliveryContext(request, scheme.api),
    timeoutMs,
    log,
    timeoutError: () =>
      new KoyweError('body_timeout', `The body did not arrive within ${timeoutMs} ms.`),
    answer,
    answerTo,
  })
  return Object.assign(emitter, {
    idle,
    handle: (request) => track(handle(request)),
  } satisfies Pick<Receiver<Events, Unknown>, 'idle' | 'handle'>)
}

const received = jsonResponse(200, { received: true })
const duplicate = jsonResponse(200, { received: true, duplicate: true })
