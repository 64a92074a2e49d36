import type { Entry } from './entries.js'

/** The requests that the inspector keeps, the oldest first. */
export interface History {
  /** Returns the number of the next request. */
  nextNumber(): number
  /** Keeps a request, or replaces it by what is known of it now. */
  put(entry: Entry): void
  get(number: number): Entry | undefined
  entries(): Iterable<Entry>
  /** Calls `listener` with every request that is kept or replaced, until the returned function is called. */
  subscribe(listener: (entry: Entry) => void): () => void
}

const mostEntries = 500
/** Of bodies, in characters. One is no larger than a receiver's `limit`, which is 64 KiB by default. */
const mostText = 64 * 1024 * 1024

/** Creates a history of the last 500 requests, which forgets more when their bodies are very large. */
export function createHistory(): History {
  const kept = new Map<number, Entry>()
  const listeners = new Set<(entry: Entry) => void>()
  let last = 0
  let text = 0

  function forget(number: number): void {
    const entry = kept.get(number)
    if (entry) text -= sizeOf(entry)
    kept.delete(number)
  }

  return {
    nextNumber: () => ++last,
    put(entry) {
      const { number } = entry
      // What was forgotten while it was running is not kept again.
      if (number <= last - mostEntries && !kept.has(number)) {
        for (const listener of listeners) listener(entry)
        return
      }
      last = Math.max(last, number)
      text += sizeOf(entry) - sizeOf(kept.get(number))
      kept.set(number, entry)
      for (const oldest of kept.keys()) {
        if (kept.size <= mostEntries && (text <= mostText || kept.size === 1)) break
        forget(oldest)
      }
      for (const listener of listeners) listener(entry)
    },
    get: (number) => kept.get(number),
    entries: () => kept.values(),
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}

function sizeOf(entry: Entry | undefined): number {
  if (entry?.kind !== 'delivery' || !entry.body) return 0
  return 'text' in entry.body ? entry.body.text.length : entry.body.base64.length
}
