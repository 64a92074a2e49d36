import type { Claim, ClaimAnswer, DedupeStore } from '../dedupe/store.js'
import { KoyweError } from '../errors.js'
import type { Exchange } from '../http/exchange.js'
import type { Log } from '../log/logger.js'

/** Stands in for a claim when deduplication is off: every copy is handled. */
export const alwaysClaimed: Claim = {
  state: 'claimed',
  async complete() {},
  async release() {},
}

/**
 * Asks the store whose turn an event is. A claim that comes after time ran out is released, so that a retry is handled.
 *
 * @throws {KoyweError} `store_unavailable` when the store fails or does not answer in time.
 * @throws {TypeError} when the store answers with something that is no {@link ClaimAnswer}.
 */
export async function claimEvent(
  store: DedupeStore,
  key: string,
  exchange: Exchange,
  log: Log,
): Promise<ClaimAnswer> {
  exchange.late = () => unavailable('it did not answer in time')
  let claim: ClaimAnswer
  try {
    claim = await store.claim(key)
  } catch (cause) {
    throw unavailable(reasonOf(cause), cause)
  }
  if (claim?.state !== 'claimed' && claim?.state !== 'done' && claim?.state !== 'in_progress') {
    throw new TypeError(
      "The dedupe store's `claim` must resolve to an object with the `state` 'claimed', 'in_progress' or 'done'.",
    )
  }
  if (exchange.isOver && claim.state === 'claimed') await releaseClaim(claim, exchange, log)
  exchange.throwIfOver()
  return claim
}

/**
 * Marks an event as handled. When the store cannot, that is only logged, since a retry would run the listeners twice;
 * but where the store alone knows whether the event was handled, its error decides the answer.
 */
export async function completeClaim(
  claim: Claim,
  exchange: Exchange,
  log: Log,
): Promise<KoyweError | undefined> {
  try {
    await claim.complete()
    return undefined
  } catch (error) {
    if (KoyweError.is(error)) return error
    log.error(
      exchange.request.logger,
      error,
      `koywe: an event was handled, but the dedupe store could not note it; a copy would be handled again.${exchange.subject?.about() ?? ''}`,
    )
    return undefined
  }
}

/** Lets a retry of the event claim it. Never rejects: what cannot be released ends with its lease. */
export async function releaseClaim(claim: Claim, exchange: Exchange, log: Log): Promise<void> {
  try {
    await claim.release()
  } catch (error) {
    log.error(
      exchange.request.logger,
      error,
      'koywe: the claim of a failed event could not be released; unless the error says otherwise, a retry is handled once ' +
        `the lease expires.${exchange.subject?.about() ?? ''}`,
    )
  }
}

function unavailable(reason: string, cause?: unknown): KoyweError {
  return new KoyweError(
    'store_unavailable',
    `The dedupe store is unavailable: ${reason}. The event was not handled, and the sender was asked to retry.`,
    { cause },
  )
}

/** Node's error for a host whose every address refused has no message, only a code. */
function reasonOf(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause)
  return cause.message || ('code' in cause ? String(cause.code) : cause.name)
}
