/** A store's answer to a claim: whose turn it is to handle the event. */
export type Claim = ClaimedClaim | { readonly state: 'in_progress' } | { readonly state: 'done' }

/** The one claim that may handle the event, and that alone can say how it ended. */
export interface ClaimedClaim {
  readonly state: 'claimed'
  /**
   * The event took effect: copies are answered as duplicates from now on.
   *
   * @throws {Error} when the lease ran out and another has claimed the event since, or the store is not available.
   * @throws {KoyweError} `handler_failed` when the event has not taken effect after all, so that it must come again.
   */
  complete(): Promise<void>
  /** The event did not take effect: the next copy may claim it. Does nothing when another has claimed it since. */
  release(): Promise<void>
}

/** Remembers which events were handled. A rejection of any of its promises means that the store is not available. */
export interface DedupeStore {
  /** Claims the event of that key, if no one else holds it or has completed it. */
  claim(key: string): Promise<Claim>
}

/** Options that every store has. */
export interface DedupeStoreOptions {
  /**
   * How long a claim holds before another may take it over, in milliseconds. Choose it longer than your slowest
   * listener. Default: 5 minutes.
   */
  readonly leaseMs?: number
  /** How long a completed event is remembered, in milliseconds. Default: 7 days. */
  readonly ttlMs?: number
}

/** Options of the memory store. */
export interface MemoryDedupeStoreOptions extends DedupeStoreOptions {
  /** How many completed events are remembered; the oldest is forgotten first. Default: 100,000, about 20 MB. */
  readonly maxEntries?: number
  /** The clock, in milliseconds. Default: `Date.now`. */
  readonly now?: () => number
}

/** The defaults of {@link DedupeStoreOptions}, in milliseconds. */
export const dedupeDefaults = { leaseMs: 5 * 60_000, ttlMs: 7 * 24 * 60 * 60_000 } as const

/**
 * Remembers events in this process: enough for one server, and lost with it. Each call takes constant time, no timer runs.
 *
 * @throws {TypeError} when an option is not a number above 0.
 */
export function createMemoryDedupeStore(options: MemoryDedupeStoreOptions = {}): DedupeStore {
  const { leaseMs, ttlMs, maxEntries, now } = {
    ...dedupeDefaults,
    maxEntries: 100_000,
    now: Date.now,
    ...options,
  }
  checkPositive({ leaseMs, ttlMs, maxEntries })

  // Both stay in the order of their expiry, since every entry lives equally long.
  const running = new Map<string, Expiring>()
  const completed = new Map<string, Expiring & { readonly by: Expiring }>()

  function forgetOld(time: number): void {
    for (const [key, { until }] of running) {
      if (until > time) break
      running.delete(key)
    }
    for (const [key, { until }] of completed) {
      if (until > time && completed.size <= maxEntries) break
      completed.delete(key)
    }
  }

  return {
    async claim(key) {
      const time = now()
      forgetOld(time)
      if (completed.has(key)) return { state: 'done' }
      if (running.has(key)) return { state: 'in_progress' }

      const mine = { until: time + leaseMs }
      running.set(key, mine)
      return {
        state: 'claimed',
        async complete() {
          forgetOld(now())
          const holder = running.get(key) ?? completed.get(key)?.by
          if (holder !== undefined && holder !== mine) throw claimLost(leaseMs)
          running.delete(key)
          completed.delete(key)
          completed.set(key, { until: now() + ttlMs, by: mine })
          forgetOld(now())
        },
        async release() {
          if (running.get(key) === mine) running.delete(key)
        },
      }
    },
  }
}

interface Expiring {
  readonly until: number
}

/** The error of a `complete()` that came when another had taken the claim over. */
export function claimLost(leaseMs: number): Error {
  return new Error(
    `The claim was lost: it was held for longer than its lease of ${leaseMs} ms and another delivery took it over, so the ` +
      'listeners may have run twice. Raise `leaseMs` above the time of your slowest listener.',
  )
}

/** @throws {TypeError} that names the first option which is not a number above 0. */
export function checkPositive(options: Readonly<Record<string, number>>): void {
  for (const [name, value] of Object.entries(options)) {
    if (typeof value === 'number' && value > 0) continue
    throw new TypeError(`\`${name}\` must be a number above 0.`)
  }
}
