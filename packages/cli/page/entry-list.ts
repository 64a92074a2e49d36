import type { Entry } from '../src/inspect/entries.js'

/** The latest requests, by their numbers. */
export interface EntryList {
  /** Keeps an entry, in place of one that has its number. The oldest goes when there are too many. */
  add(entry: Entry): void
  get(number: number): Entry | undefined
  /** Newest first. The same array until something changes. */
  newest(): readonly Entry[]
}

/** Keeps the `limit` latest requests. Default: 500. */
export function createEntryList(limit = 500): EntryList {
  // In the order of their numbers, the oldest first.
  let byNumber = new Map<number, Entry>()
  let largest = 0
  let newest: readonly Entry[] | undefined

  return {
    add(entry) {
      const { number } = entry
      newest = undefined
      byNumber.set(number, entry)
      if (number < largest && [...byNumber.keys()].at(-1) === number) {
        byNumber = new Map([...byNumber].sort(([one], [other]) => one - other))
      }
      largest = Math.max(largest, number)
      if (byNumber.size > limit) {
        const [oldest = 0] = byNumber.keys()
        byNumber.delete(oldest)
      }
    },
    get: (number) => byNumber.get(number),
    newest() {
      newest ??= [...byNumber.values()].reverse()
      return newest
    },
  }
}
