import type { Claim, ClaimAnswer, ClaimInProgress, DedupeStore } from '../dedupe/store.js'
import { KoyweError } from '../errors.js'
import type { Exchange } from '../http/exchange.js'
import type { Refusal } from '../http/refusal.js'
import type { Log } from '../log/logger.js'

/** Stands in for a claim when deduplication is off: every duplicate is handled. */
export const alwaysClaimed: Claim = {
  state: 'claimed',
  async complete() {},
  async release() {},
}

/** @throws {TypeError} when the option `dedupe` is neither a store nor `false`. */
export function checkDedupe(dedupe: unknown): void {
  if (dedupe === false) return
  const store = dedupe as Partial<DedupeStore> | null // inspected on the next line
  if (typeof store?.claim === 'function') return
  throw new TypeError(
    '`dedupe` must be a store with a method `claim`, such as createMemoryDedupeStore() returns, or `false`.',
  )
}

/** @throws {TypeError} when a store's answer is not a {@link ClaimAnswer}: a mistake in the set-up. */
export function checkClaimAnswer(answer: ClaimAnswer): void {
  const state: unknown = answer?.state
  if (state === 'claimed' || state === 'done' || state === 'in_progress') return
  throw new TypeError(
    "The dedupe store's `claim` must resolve to an object with the `state` 'claimed', 'in_progress' or 'done'.",
  )
}

/** Releases the claim, so that a retry can take it. Never rejects: a claim that cannot be released ends with its lease. */
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

/** The error for a store that did not answer in time. */
export function storeIsLate(): KoyweError {
  return storeUnavailable(new Error('it did not answer in time'))
}

/** The error for a store that did not confirm a completion in time. */
export function completionIsLate(): KoyweError {
  return new KoyweError(
    'timeout',
    'The event was handled, but the dedupe store did not confirm it in time. The sender was asked to retry; the retry is a duplicate ' +
      'once the store has recorded the event.',
  )
}

/** The refusal of an event that is claimed. The time shown is on this server's clock, which may differ from the store's. */
export function refuseInProgress({ retryAfterMs }: ClaimInProgress): Refusal {
  return {
    code: 'in_progress',
    sentence: () => {
      const end =
        retryAfterMs === undefined
          ? ''
          : `; unless renewed, the claim ends at ${new Date(Date.now() + retryAfterMs).toISOString()}`
      return `The event is claimed by a server that is handling it or has died${end}. The sender was asked to retry.`
    },
  }
}

/** The error for a store whose `claim` failed. */
export function storeUnavailable(cause: unknown): KoyweError {
  return new KoyweError(
    'store_unavailable',
    `The dedupe store is unavailable: ${reasonOf(cause)}. The event was not handled, and the sender was asked to retry.`,
  )
}

/** Node's error for a host that refused on all its addresses has no message, only a code. */
function reasonOf(cause: unknown): string {
  try {
    if (!(cause instanceof Error)) return String(cause)
    return cause.message || ('code' in cause ? String(cause.code) : cause.name)
  } catch {
    // An object without a prototype, or a proxy that is revoked.
    return 'it threw a value that cannot be read'
  }
}
