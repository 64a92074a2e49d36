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
  /**
   * How many completed events are remembered; up to twice as many are, then the older half is forgotten. Default: 100,000,
   * at most about 40 MB.
   */
  readonly maxEntries?: number
  /** The clock, in milliseconds. Default: `performance.now`, which nobody sets back. */
  readonly now?: () => number
}

/** The defaults of {@link DedupeStoreOptions}, in milliseconds. */
export const dedupeDefaults = { leaseMs: 5 * 60_000, ttlMs: 7 * 24 * 60 * 60_000 } as const

/** What a Map can hold. */
const mostEntries = 2 ** 24

/**
 * Remembers events in this process: enough for one server, and lost with it. Each call takes constant time, no timer runs.
 *
 * @throws {TypeError} when an option is not a number above 0, or `maxEntries` is over 16,777,216.
 */
export function createMemoryDedupeStore(options: MemoryDedupeStoreOptions = {}): DedupeStore {
  const { leaseMs = dedupeDefaults.leaseMs, ttlMs = dedupeDefaults.ttlMs } = options
  const { maxEntries = 100_000, now = () => performance.now() } = options
  checkPositive({ leaseMs, ttlMs, maxEntries })
  if (maxEntries > mostEntries)
    throw new TypeError(`\`maxEntries\` must be at most ${mostEntries}.`)

  const running = new Map<string, Expiring>()
  // Two generations: when the newer is full it becomes the older, whose events are forgotten all at once.
  let newer = new Map<string, Completed>()
  let older = new Map<string, Completed>()

  function findRunning(key: string): Expiring | undefined {
    return ifLive(running.get(key))
  }

  function findCompleted(key: string): Completed | undefined {
    return ifLive(newer.get(key) ?? older.get(key))
  }

  function ifLive<Entry extends Expiring>(entry: Entry | undefined): Entry | undefined {
    return entry !== undefined && entry.until > now() ? entry : undefined
  }

  function remember(key: string, completed: Completed): void {
    if (newer.size >= maxEntries) {
      older = newer
      newer = new Map()
    }
    newer.set(key, completed)
  }

  return {
    async claim(key) {
      if (findCompleted(key)) return { state: 'done' }
      if (findRunning(key)) return { state: 'in_progress' }

      const mine = { until: now() + leaseMs }
      running.set(key, mine)
      return {
        state: 'claimed',
        async complete() {
          const holder = findRunning(key) ?? findCompleted(key)?.by
          if (holder !== undefined && holder !== mine) throw claimLost(leaseMs)
          running.delete(key)
          remember(key, { until: now() + ttlMs, by: mine })
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

interface Completed extends Expiring {
  /** The claim that completed it. */
  readonly by: Expiring
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
