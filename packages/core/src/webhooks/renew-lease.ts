import type { Claim } from '../dedupe/store.js'
import type { Logger } from '../log/logger.js'

/** The longest interval that Node's timers support. */
const longestMs = 2 ** 31 - 1

/** How many leases listeners get, five minutes by default. The event of a listener that never ends is handled again after that. */
const mostLeases = 10

/**
 * Renews a claim's lease every third of the lease while listeners run, for at most ten leases. Logs the first failure; keeps trying
 * silently after that. The timer does not keep the process alive. Does nothing for a claim without `extend` or `leaseMs`.
 *
 * @returns Stops the renewal. Call it when the claim is settled, whatever the outcome.
 */
export function renewLease(claim: Claim, logger: Pick<Logger, 'error'>): () => void {
  const { leaseMs } = claim
  if (!claim.extend || leaseMs === undefined) return () => {}
  let silent = false
  let waiting = false
  let renewals = 0

  const fail = (error: unknown): void => {
    if (silent) return
    silent = true
    logger.error(
      error,
      "koywe: an event's lease could not be renewed. Once it ends, another delivery may handle the event too; the store lets only one of them complete it.",
    )
  }
  const renew = async (): Promise<void> => {
    if (++renewals >= 3 * mostLeases) {
      fail(
        new Error(
          `The listeners have run for ${mostLeases} leases of ${leaseMs} ms. Raise \`leaseMs\`.`,
        ),
      )
      return stop()
    }
    if (waiting) return fail(new Error('The store has not answered since the last renewal.'))
    waiting = true
    try {
      await claim.extend?.()
    } catch (error) {
      fail(error)
    } finally {
      waiting = false
    }
  }

  const timer = setInterval(renew, Math.min(leaseMs / 3, longestMs))
  timer.unref()
  function stop(): void {
    silent = true
    clearInterval(timer)
  }
  return stop
}
