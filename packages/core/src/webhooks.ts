import { authenticate } from './authenticate.js'
import { checkHeaders, checkLimit, tooLarge } from './body.js'
import { claimEvent, complete, giveBack, unclaimed } from './claims.js'
import { checkTimeout, type Deadline, startDeadline } from './deadline.js'
import { createMemoryDedupeStore, type DedupeStore } from './dedupe.js'
import { createDelivery, type DeliveryParts } from './delivery.js'
import { createEmitter, type KoyweEmitter } from './emitter.js'
import { errorResponse, KoyweError } from './errors.js'
import type { KoyweEvent, UnknownKoyweEvent } from './events.js'
import { type HttpHandler, type HttpRequest, type HttpResponse, jsonResponse } from './http.js'
import { checkLogger, chooseLogger, type Logger } from './logger.js'
import { checkFields, parseBody } from './payload.js'
import { createVerifier, digest, type SignedBody, splitBody } from './signature.js'
import { createTracker } from './tracker.js'

/** One secret, or several while they are being rotated: the current one first. */
export type Secrets = string | readonly string[]

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
  const { limit = 64 * 1024, timeoutMs = 5000, dedupe = createMemoryDedupeStore() } = options
  const verifier = createVerifier(secrets)
  checkLimit(limit)
  checkTimeout(timeoutMs)
  checkLogger(options.logger)
  checkDedupe(dedupe)
  const { emitter, emit } = createEmitter()
  const { track, idle } = createTracker()
  let toldOfOldSecret = false

  async function read(request: HttpRequest, deadline: Deadline): Promise<SignedBody> {
    const late = (): KoyweError =>
      new KoyweError('body_timeout', `The body did not arrive within ${timeoutMs} ms.`)
    const body = parseBody(await deadline.race(request.body(limit), late))
    const signed = splitBody(body)
    if (Buffer.byteLength(signed.text) > limit) throw tooLarge(limit)
    return signed
  }

  function tellOfOldSecret(secretIndex: number, logger: Logger): void {
    if (secretIndex === 0 || toldOfOldSecret) return
    toldOfOldSecret = true
    logger.warn(
      `koywe: a webhook was signed with secret ${secretIndex + 1} of the list and not with the first. Keep that secret ` +
        'in the list until this line no longer appears after a restart.',
    )
  }

  /** Runs the listeners and settles the claim, even when that takes longer than the sender is kept waiting. */
  async function run(
    event: KoyweEvent | UnknownKoyweEvent,
    { delivery, abort }: DeliveryParts,
    deadline: Deadline,
    logger: Logger,
  ): Promise<void> {
    const name = JSON.stringify(event.eventName)
    const settled = emit(event, delivery).then(
      () => complete(delivery.claim, logger),
      async (cause: unknown) => {
        logger.error(cause, `koywe handler_failed: a listener of ${name} failed.`)
        await giveBack(delivery.claim, logger)
        throw new KoyweError('handler_failed', 'A listener failed.', { cause })
      },
    )
    await deadline.race(track(settled), () => {
      abort()
      return new KoyweError(
        'timeout',
        `The listeners of ${name} need more than ${timeoutMs} ms. They go on; make them faster, hand their work to a queue, or raise \`timeoutMs\`.`,
      )
    })
  }

  async function answer(request: HttpRequest): Promise<HttpResponse> {
    const receivedAt = new Date()
    const logger = chooseLogger(options.logger, request.logger)
    const deadline = startDeadline(timeoutMs)
    try {
      checkHeaders(request.headers, limit)
      const signed = await read(request, deadline)
      const secretIndex = authenticate(signed, verifier, request.headers)
      tellOfOldSecret(secretIndex, logger)
      const event = checkFields(signed.payload)
      const id = dedupe ? digest(signed.text) : undefined
      const claim = dedupe && id ? await claimEvent(dedupe, id, deadline, logger, track) : unclaimed
      if (claim.state === 'done') return jsonResponse(200, { received: true, duplicate: true })
      const facts = {
        signedText: signed.text,
        timeStamp: event.timeStamp,
        secretIndex,
        receivedAt,
        claim,
      }
      await run(event, createDelivery(facts, id), deadline, logger)
      return jsonResponse(200, { received: true })
    } catch (error) {
      if (!KoyweError.is(error)) throw error
      // A failed listener has its own line, with its error.
      if (error.code !== 'handler_failed') logger.warn(`koywe ${error.code}: ${error.message}`)
      return errorResponse(error)
    } finally {
      deadline.clear()
    }
  }

  return Object.assign(emitter, {
    idle,
    handle: (request: HttpRequest) => track(answer(request)),
  })
}

function checkDedupe(dedupe: unknown): void {
  if (dedupe === false) return
  const store = dedupe as Partial<DedupeStore> | null // only looked at, by the next line
  if (typeof store?.claim === 'function') return
  throw new TypeError(
    '`dedupe` must be a store with a method `claim`, such as createMemoryDedupeStore() makes, or `false`.',
  )
}
