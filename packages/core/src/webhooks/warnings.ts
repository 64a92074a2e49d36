import type { Scheme } from '../http/scheme.js'
import type { Log, Logger } from '../log/logger.js'

/** What a receiver says now and then about how it is set up. Each takes the framework's logger of the request that showed it. */
export interface Warnings {
  /** A delivery was signed with a secret that is not the first of the list. Said at most once an hour. */
  oldSecret(logger: Logger | undefined, secretIndex: number): void
  /** Nobody listens for an event. Said once for each name that this version knows. */
  missingListener(logger: Logger | undefined, eventName: string): void
}

const hourMs = 60 * 60_000

/** Creates the warnings of one receiver. `now` returns milliseconds and must never run backwards. */
export function createWarnings(
  log: Log,
  { names }: Pick<Scheme<never>, 'names'>,
  now: () => number = () => performance.now(),
): Warnings {
  const unheard = new Set<string>()
  let saidOldSecretAt = Number.NEGATIVE_INFINITY

  return {
    oldSecret(logger, secretIndex) {
      if (now() - saidOldSecretAt < hourMs) return
      saidOldSecretAt = now()
      log.warn(
        logger,
        `koywe: a webhook was signed with an old secret (secretIndex ${secretIndex}; the current one is 0). Keep it in the list until ` +
          'no server has logged this for a few days; it is logged at most once an hour.',
      )
    },
    // Koywe sends all events to one URL, so an event without a listener is acknowledged, even if its listener was added too late.
    missingListener(logger, eventName) {
      if (unheard.has(eventName) || !names.includes(eventName)) return
      unheard.add(eventName)
      log.warn(
        logger,
        `koywe: no listener for "${eventName}": the event was acknowledged and will not be sent again. If you want such events, ` +
          'add the listener before the server starts. This is logged once per event name.',
      )
    },
  }
}
