import { setTimeout as delay, setImmediate as turn } from 'node:timers/promises'

/** What is due at a time, in milliseconds after the start. */
interface Due {
  readonly atMs: number
}

/** So many are sent in a row, when they are late, before answers are read. */
const inARow = 32

/**
 * Sends each thing when it is due, whether or not earlier ones were answered: an open loop. It never sends early, and gets the
 * time at which each was due, which is what latency counts from. Ends when all are sent, or at once when `signal` aborts.
 */
export async function sendOnTime<T extends Due>(
  plan: Iterable<T>,
  send: (item: T, dueAt: number) => void,
  signal: AbortSignal,
): Promise<void> {
  const start = performance.now()
  let row = 0
  for (const item of plan) {
    const dueAt = start + item.atMs
    if (++row > inARow) {
      row = 0
      await turn()
    }
    // A timer may fire up to a millisecond early.
    for (let left = dueAt - performance.now(); left > 0; left = dueAt - performance.now()) {
      row = 0
      if (signal.aborted) return
      await delay(Math.ceil(left), undefined, { signal }).catch(() => {})
    }
    if (signal.aborted) return
    send(item, dueAt)
  }
}
