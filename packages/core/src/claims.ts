import type { Deadline } from './deadline.js'
import type { Claim, ClaimedClaim, DedupeStore } from './dedupe.js'
import { KoyweError } from './errors.js'
import type { Logger } from './logger.js'

/** The claim where no store is asked: every copy of an event is handled. */
export const unclaimed: ClaimedClaim = {
  state: 'claimed',
  async complete() {},
  async release() {},
}

/**
 * Asks the store whose turn an event is.
 *
 * @param track Is told of what goes on after this has settled.
 * @throws {KoyweError} `in_progress`; `store_unavailable` when the store fails or does not answer in time.
 * @throws {TypeError} when the store answers with something that is no {@link Claim}.
 */
export async function claimEvent(
  store: DedupeStore,
  key: string,
  deadline: Deadline,
  logger: Logger,
  track: (work: Promise<void>) => void,
): Promise<ClaimedClaim | { readonly state: 'done' }> {
  const asked = (async () => store.claim(key))()
  const late = (): Error => {
    // An answer that comes after we have given up must not keep the event from being handled.
    const given = asked.then((claim) => giveBack(claim, logger))
    track(given.catch(() => {}))
    return new Error('it did not answer in time')
  }
  const claim = await deadline.race(asked, late).catch((cause: unknown) => {
    throw new KoyweError(
      'store_unavailable',
      `The dedupe store cannot be used: ${describe(cause)}. The event was not handled; its sender was told to come back.`,
      { cause },
    )
  })
  switch (claim?.state) {
    case 'claimed':
    case 'done':
      return claim
    case 'in_progress':
      throw new KoyweError(
        'in_progress',
        'A copy of this event is being handled right now, so its outcome is not known yet.',
      )
    default:
      throw new TypeError(
        "The dedupe store's `claim` must resolve to an object with the `state` 'claimed', 'in_progress' or 'done'.",
      )
  }
}

/**
 * Notes that the event took effect. When the store cannot, that is only logged: asking for a retry would run the listeners
 * twice.
 *
 * @throws {KoyweError} `handler_failed` when the store says that the event has not taken effect after all, and
 * `store_unavailable` when it alone knows and cannot say.
 */
export async function complete(claim: ClaimedClaim, logger: Logger): Promise<void> {
  try {
    await claim.complete()
  } catch (error) {
    if (KoyweError.is(error)) {
      logger.error(error, `koywe ${error.code}: an event could not be completed.`)
      await giveBack(claim, logger)
      throw error
    }
    logger.error(
      error,
      'koywe: an event was handled, but the dedupe store could not note it; a copy of it would be handled again.',
    )
  }
}

/** Lets the next copy of the event claim it. Never rejects: what cannot be released ends with its lease. */
export async function giveBack(claim: Claim, logger: Logger): Promise<void> {
  if (claim.state !== 'claimed') return
  try {
    await claim.release()
  } catch (error) {
    logger.error(
      error,
      'koywe: a failed event could not be released. Where its error says no more, a copy is handled after its lease has ended.',
    )
  }
}

/** Node's error for a host whose every address refused has no message, only a code. */
function describe(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause)
  return cause.message || ('code' in cause ? String(cause.code) : cause.name)
}
