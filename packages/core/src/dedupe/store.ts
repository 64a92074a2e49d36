/** A store's answer to a claim: whether the caller may handle the event. */
export type ClaimAnswer = Claim | ClaimInProgress | { readonly state: 'done' }

/** Another delivery holds the claim: a server is handling it, or died before its lease ended. */
export interface ClaimInProgress {
  readonly state: 'in_progress'
  /** How long the lease still holds unless renewed, in milliseconds. Absent if the store does not know. */
  readonly retryAfterMs?: number
}

/** The right to handle the event and to say how that ended. */
export interface Claim {
  readonly state: 'claimed'
  /** How long the lease holds after the claim or its last renewal, in milliseconds. */
  readonly leaseMs?: number
  /**
   * Renews the lease for another `leaseMs` from now. The receiver calls it while listeners run, if the claim has both `extend` and
   * `leaseMs`; a store without them needs a lease longer than the slowest listener. It must do nothing once the claim was completed
   * or released, and `complete` and `release` may be called before it settles.
   *
   * @throws {Error} when another delivery has claimed the event, or the store is unavailable.
   */
  extend?(): Promise<void>
  /**
   * Marks the event as handled; later copies are answered as duplicates.
   *
   * @throws {Error} when the lease ended and another delivery claimed the event, or the store is unavailable.
   * @throws {KoyweError} `handler_failed` when the event was not handled after all, so that its sender must retry.
   */
  complete(): Promise<void>
  /** Gives the event back: the next retry may claim it. Does nothing if another delivery has claimed it. */
  release(): Promise<void>
}

/**
 * What came of forgetting an event. `forgotten`: it was done, and its next delivery is handled as if it were the first.
 * `in_progress`: a server is handling it, so the store left it alone. `unknown`: the store remembers no such event.
 */
export type ForgetAnswer = 'forgotten' | 'in_progress' | 'unknown'

/** Remembers which events were handled. If one of its promises rejects, the store is unavailable. */
export interface DedupeStore {
  /** Claims the event with that key, unless it is claimed or completed already. */
  claim(key: string): Promise<ClaimAnswer>
  /**
   * Forgets a completed event, so that its next delivery is handled again. Never drops a claim: while a server handles the event,
   * nothing changes. The receiver does not call it; it is for you, and a store of your own need not have it.
   *
   * @param key The `delivery.id` of the event; of the Payments API, `payments:` and the `delivery.id`.
   */
  forget?(key: string): Promise<ForgetAnswer>
}

/** Options that every store has. */
export interface DedupeStoreOptions {
  /**
   * How long a claim holds before another delivery may take it over, in milliseconds. The receiver renews it while listeners run,
   * for at most ten leases. So this is how long a killed server's events wait, and how long a process may be blocked. Default:
   * 30 seconds.
   */
  readonly leaseMs?: number
  /** How long a completed event is remembered, in milliseconds. Default: 7 days. */
  readonly ttlMs?: number
}

/** The defaults of {@link DedupeStoreOptions}, in milliseconds. */
export const dedupeDefaults = { leaseMs: 30_000, ttlMs: 7 * 24 * 60 * 60_000 } as const

/** The names of {@link DedupeStoreOptions}. */
export const dedupeOptions = ['leaseMs', 'ttlMs'] as const

/** The answer to a duplicate while the claim holds for that many more milliseconds. */
export function inProgress(leftMs: number): ClaimInProgress {
  const state = 'in_progress'
  return Number.isFinite(leftMs) && leftMs > 0
    ? { state, retryAfterMs: Math.ceil(leftMs) }
    : { state }
}

/** The error when `extend()` or `complete()` comes after another delivery took the claim over. */
export function claimLost(leaseMs: number): Error {
  return new Error(
    `The claim was lost: it was not renewed within its lease of ${leaseMs} ms and another delivery took it over, so the ` +
      'listeners may have run twice. The process was blocked for that long or could not reach the store. Keep listeners from ' +
      'blocking the event loop, or raise `leaseMs`.',
  )
}

/** @throws {TypeError} that names the first option that is not a number above 0. */
export function checkPositive(options: Readonly<Record<string, number>>): void {
  for (const [name, value] of Object.entries(options)) {
    if (typeof value === 'number' && value > 0) continue
    throw new TypeError(`\`${name}\` must be a number above 0.`)
  }
}
