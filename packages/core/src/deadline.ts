/** The time that one request may take, shared by all its steps. */
export interface Deadline {
  /** Settles like `work`, or rejects with the error that `late` makes when the time is over first. */
  race<T>(work: Promise<T>, late: () => Error): Promise<T>
  /** Frees the timer. */
  clear(): void
}

/** Starts the clock. The timer does not keep the process alive. */
export function startDeadline(ms: number): Deadline {
  let over = false
  let onOver: (() => void) | undefined
  const timer = setTimeout(() => {
    over = true
    onOver?.()
  }, ms)
  timer.unref()

  return {
    async race(work, late) {
      const tooLate = new Promise<never>((_resolve, reject) => {
        onOver = () => reject(late())
        if (over) onOver()
      })
      try {
        return await Promise.race([work, tooLate])
      } finally {
        onOver = undefined
      }
    },
    clear() {
      clearTimeout(timer)
    },
  }
}
