import { checkOptions } from '../setup/options.js'
import {
  checkPositive,
  claimLost,
  type DedupeStore,
  type DedupeStoreOptions,
  dedupeDefaults,
  dedupeOptions,
  inProgress,
} from './store.js'

/** Options of the memory store. */
export interface MemoryDedupeStoreOptions extends DedupeStoreOptions {
  /**
   * How many completed events to remember. Up to twice as many are kept, then the older half is forgotten. Default: 100,000, at
   * most about 40 MB.
   */
  readonly maxEntries?: number
  /** Clock in milliseconds. Default: `performance.now`, which never runs backwards. */
  readonly now?: () => number
}

/** The most entries a Map can hold. */
const mostEntries = 2 ** 24

/**
 * Creates a store that remembers events in this process: enough for one server, and lost when it ends. Every call takes constant
 * time, and there is no timer.
 *
 * @throws {TypeError} when an option is unknown, a number is not above 0, or `maxEntries` is over 16,777,216.
 *
 * @example
 * ```ts
 * import { createKoyweWebhooks, createMemoryDedupeStore } from '@x/koywe-core'
 *
 * const dedupe = createMemoryDedupeStore({ maxEntries: 10_000 })
 * const webhooks = createKoyweWebhooks(process.env.KOYWE_WEBHOOK_SECRET ?? '', { dedupe })
 * ```
 */
export function createMemoryDedupeStore(
  options: MemoryDedupeStoreOptions = {},
): Required<DedupeStore> {
  checkOptions(options, [...dedupeOptions, 'maxEntries', 'now'], 'createMemoryDedupeStore')
  const { leaseMs = dedupeDefaults.leaseMs, ttlMs = dedupeDefaults.ttlMs } = options
  const { maxEntries = 100_000, now = () => performance.now() } = options
  checkPositive({ leaseMs, ttlMs, maxEntries })
  if (maxEntries > mostEntries)
    throw new TypeError(`\`maxEntries\` must be at most ${mostEntries}.`)

  const running = new Map<string, Running>()
  // Two generations: when the newer one is full it becomes the older one, whose events are forgotten all at once.
  let newer = new Map<string, Completed>()
  let older = new Map<string, Completed>()

  function findRunning(key: string): Running | undefined {
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
      const holder = findRunning(key)
      if (holder) return inProgress(holder.until - now())

      const mine: Running = { until: now() + leaseMs }
      running.set(key, mine)
      return {
        state: 'claimed',
        leaseMs,
        async extend() {
          if (running.get(key) === mine) mine.until = now() + leaseMs
          else if (!mine.ended) throw claimLost(leaseMs)
        },
        async complete() {
          const holder = findRunning(key) ?? findCompleted(key)?.by
          if (holder !== undefined && holder !== mine) throw claimLost(leaseMs)
          mine.ended = true
          running.delete(key)
          remember(key, { until: now() + ttlMs, by: mine })
        },
        async release() {
          mine.ended = true
          if (running.get(key) === mine) running.delete(key)
        },
      }
    },
    async forget(key) {
      if (findCompleted(key)) {
        newer.delete(key)
        older.delete(key)
        return 'forgotten'
      }
      return findRunning(key) ? 'in_progress' : 'unknown'
    },
  }
}

interface Expiring {
  readonly until: number
}

interface Running extends Expiring {
  until: number
  /** Whether its owner completed or released it. */
  ended?: true
}

interface Completed extends Expiring {
  /** The claim that completed it. */
  readonly by: Running
}
