/** How many requests may be reported: many at once, and then so many a second. */
export interface Budget {
  /** Spends one. Returns whether any is left for the next. */
  spend(): boolean
  /** Adds what has come in since the last time. */
  refill(): void
}

/** Creates a budget that is full. */
export function createBudget(most: number, perSecond: number): Budget {
  let left = most
  let refilledAt = performance.now()

  function refill(): void {
    const now = performance.now()
    left = Math.min(most, left + ((now - refilledAt) / 1000) * perSecond)
    refilledAt = now
  }

  return {
    // The clock is read only where it matters.
    spend() {
      left--
      if (left < 1) refill()
      return left >= 1
    },
    refill,
  }
}
