/** A store's answer to a claim: whose turn it is to handle the event. */
export type ClaimAnswer = Claim | ClaimInProgress | { readonly state: 'done' }

/** Another holds the claim: it is handling the event, or has died and its lease has not ended yet. */
export interface ClaimInProgress {
  readonly state: 'in_progress'
  /** How long that lease still holds unless its owner renews it, in milliseconds. Absent when the store cannot tell. */
  readonly retryAfterMs?: number
}

/** The one claim that may handle the event, and that alone can say how it ended. */
export interface Claim {
  readonly state: 'claimed'
  /** How long the lease holds from the claim or its last renewal, in milliseconds. */
  readonly leaseMs?: number
  /**
   * Renews the lease, so that it holds for another `leaseMs` from now. The receiver calls it while the listeners run, where the
   * claim has it and says its `leaseMs`; a store without it needs a lease longer than the slowest listener. It changes nothing
   * once the claim was completed or released, and `complete` and `release` may be called while it is under way.
   *
   * @throws {Error} when another has claimed the event since, or the store is not available.
   */
  extend?(): Promise<void>
  /**
   * The event was handled: copies are answered as duplicates from now on.
   *
   * @throws {Error} when the lease ended and another has claimed the event since, or the store is not available.
   * @throws {KoyweError} `handler_failed` when the event was not handled after all, so that its sender must retry.
   */
  complete(): Promise<void>
  /** The event was not handled: the next copy may claim it. Does nothing when another has claimed it since. */
  release(): Promise<void>
}

/** Remembers which events were handled. A rejection of any of its promises means that the store is not available. */
export interface DedupeStore {
  /** Claims the event of that key, if no one else holds it or has completed it. */
  claim(key: string): Promise<ClaimAnswer>
}

/** Options that every store has. */
export interface DedupeStoreOptions {
  /**
   * How long a claim holds before another may take it over, in milliseconds. The receiver renews it while the listeners run, so
   * this is how long the events of a killed server wait, and how long a process may be blocked. Default: 30 seconds.
   */
  readonly leaseMs?: number
  /** How long a completed event is remembered, in milliseconds. Default: 7 days. */
  readonly ttlMs?: number
}

/** The defaults of {@link DedupeStoreOptions}, in milliseconds. */
export const dedupeDefaults = { leaseMs: 30_000, ttlMs: 7 * 24 * 60 * 60_000 } as const

/** The names of {@link DedupeStoreOptions}. */
export const dedupeOptions = ['leaseMs', 'ttlMs'] as const

/** The answer to a copy of an event whose claim holds for so many milliseconds more. */
export function inProgress(leftMs: number): ClaimInProgress {
  const state = 'in_progress'
  return Number.isFinite(leftMs) && leftMs > 0
    ? { state, retryAfterMs: Math.ceil(leftMs) }
    : { state }
}

/** The error of an `extend()` or `complete()` that came when another had taken the claim over. */
export function claimLost(leaseMs: number): Error {
  return new Error(
    `The claim was lost: it was not renewed within its lease of ${leaseMs} ms and another delivery took it over, so the ` +
      'listeners may have run twice. The process was blocked for that long or could not reach the store. Keep listeners from ' +
      'blocking the event loop, or raise `leaseMs`.',
  )
}

/** @throws {TypeError} that names the first option which is not a number above 0. */
export function checkPositive(options: Readonly<Record<string, number>>): void {
  for (const [name, value] of Object.entries(options)) {
    if (typeof value === 'number' && value > 0) continue
    throw new TypeError(`\`${name}\` must be a number above 0.`)
  }
}
