import { checkHeaders, checkLimit, tooLarge } from './body.js'
import { claimEvent, complete, giveBack, unclaimed } from './claims.js'
import { checkTimeout, type Deadline, startDeadline } from './deadline.js'
import { createMemoryDedupeStore, type DedupeStore } from './dedupe.js'
import { createDelivery, type DeliveryParts } from './delivery.js'
import { createEmitter, type KoyweEmitter } from './emitter.js'
import { errorResponse, KoyweError } from './errors.js'
import type { KoyweEvent, UnknownKoyweEvent } from './events.js'
import { type HttpHandler, type HttpRequest, jsonResponse } from './http.js'
import { checkLogger, chooseLogger, type Logger } from './logger.js'
import { checkFields, checkNotPayments, parseBody } from './payload.js'
import { createVerifier, digest, type SignedBody, splitBody } from './signature.js'

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

/** Verifies deliveries, hands their events to listeners and decides the answers. */
export interface KoyweWebhooks extends KoyweEmitter, HttpHandler {}

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
  let toldOfOldSecret = false

  async function read(request: HttpRequest, deadline: Deadline): Promise<SignedBody> {
    const late = (): KoyweError =>
      new KoyweError('body_timeout', `The body did not arrive within ${timeoutMs} ms.`)
    const body = parseBody(await deadline.race(request.body(limit), late))
    const signed = splitBody(body)
    if (Buffer.byteLength(signed.text) > limit) throw tooLarge(limit)
    return signed
  }

  function verify(signed: SignedBody, request: HttpRequest, logger: Logger): number {
    const { payload, text, signature } = signed
    if (signature === undefined || signature === null || signature === '') {
      checkNotPayments(payload, request.headers)
      throw new KoyweError(
        'missing_signature',
        'The body has no `signature`. Koywe signs only when a secret was given at registration (updateWebhook): give one there.',
      )
    }
    if (typeof signature !== 'string') {
      throw new KoyweError('invalid_payload', 'The field `signature` is not a string.')
    }
    const secretIndex = verifier.verify(text, signature)
    if (secretIndex < 0) {
      const announced = request.headers['content-length']
      throw new KoyweError('invalid_signature', verifier.explain(signed, announced))
    }
    if (secretIndex > 0 && !toldOfOldSecret) {
      toldOfOldSecret = true
      logger.warn(
        `koywe: a webhook was signed with secret ${secretIndex + 1} of the list and not with the first. Keep that secret ` +
          'in the list until this line no longer appears after a restart.',
      )
    }
    return secretIndex
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
        logger.error(cause, `koywe handler_failed: ${name} can be handled when it is sent again.`)
        await giveBack(delivery.claim, logger)
        throw new KoyweError('handler_failed', 'A listener failed.', { cause })
      },
    )
    await deadline.race(settled, () => {
      abort()
      return new KoyweError(
        'timeout',
        `The listeners of ${name} need more than ${timeoutMs} ms. They go on; make them faster, hand their work to a queue, or raise \`timeoutMs\`.`,
      )
    })
  }

  return Object.assign(emitter, {
    async handle(request: HttpRequest) {
      const receivedAt = new Date()
      const logger = chooseLogger(options.logger, request.logger)
      const deadline = startDeadline(timeoutMs)
      try {
        checkHeaders(request.headers, limit)
        const signed = await read(request, deadline)
        const secretIndex = verify(signed, request, logger)
        const event = checkFields(signed.payload)
        const id = dedupe ? digest(signed.text) : undefined
        const claim = dedupe && id ? await claimEvent(dedupe, id, deadline, logger) : unclaimed
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
    },
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

/**
 * Makes a receiver of what a user gave to an adapter: secrets, or a receiver that was made elsewhere.
 *
 * @throws {TypeError} like {@link createKoyweWebhooks}, and when settings are given along with a finished receiver.
 */
export function toKoyweWebhooks(
  source: Secrets | KoyweWebhooks,
  options: KoyweWebhooksOptions,
): KoyweWebhooks {
  if (typeof source !== 'object' || source === null || !('handle' in source)) {
    return createKoyweWebhooks(source, options)
  }
  const { limit, timeoutMs, logger, dedupe } = options
  if ([limit, timeoutMs, logger, dedupe].every((setting) => setting === undefined)) return source
  throw new TypeError(
    'A finished receiver keeps its settings: give `limit`, `timeoutMs`, `logger` and `dedupe` to createKoyweWebhooks.',
  )
}
