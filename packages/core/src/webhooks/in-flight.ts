/** Counts work in flight. */
export interface InFlight {
  /** Counts `work` until it settles, and returns it. */
  track<T>(work: Promise<T>): Promise<T>
  /** Resolves when nothing is in flight. */
  idle(): Promise<void>
}

/** Creates a counter with nothing in flight. */
export function createInFlight(): InFlight {
  let count = 0
  let waiting: (() => void)[] = []

  function end(): void {
    if (--count > 0) return
    for (const resolve of waiting) resolve()
    waiting = []
  }

  return {
    track(work) {
      count++
      work.then(end, end)
      return work
    },
    async idle() {
      while (count > 0) await new Promise<void>((resolve) => waiting.push(resolve))
    },
  }
}
