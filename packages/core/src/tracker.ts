/** Knows what is under way. */
export interface Tracker {
  /** Notes that `work` is under way until it settles, and returns it. */
  track<T>(work: Promise<T>): Promise<T>
  /** Resolves when nothing is under way. */
  idle(): Promise<void>
}

/** Makes a tracker of nothing yet. */
export function createTracker(): Tracker {
  const underWay = new Set<Promise<unknown>>()

  return {
    track(work) {
      underWay.add(work)
      const end = (): boolean => underWay.delete(work)
      work.then(end, end)
      return work
    },
    async idle() {
      while (underWay.size > 0) await Promise.allSettled(underWay)
    },
  }
}
