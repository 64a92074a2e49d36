import type { KoyweDeliveryContext } from '../http/channels.js'
import { isKoywePaymentsEvent } from '../payments/events.js'
import { isKoyweEventName } from '../ramp/events.js'

/**
 * What came of a delivery. `accepted`: its listeners have handled it. `duplicate`: it was handled before. `refused`: it is not taken,
 * and a retry will not be either. `retry`: the sender is asked to send it again.
 */
export type Outcome = 'accepted' | 'duplicate' | 'refused' | 'retry'

/** What came of a delivery that has been answered; `undefined` for one that was not, because of a mistake in the set-up. */
export function outcomeOf({ status, duplicate }: KoyweDeliveryContext): Outcome | undefined {
  if (status === undefined) return undefined
  if (status >= 500) return 'retry'
  if (status >= 400) return 'refused'
  return duplicate ? 'duplicate' : 'accepted'
}

/**
 * The name of a verified event as it may appear in a metric, where every other name would be one more series: `_OTHER` for a name that
 * is in no table of its API's events. `undefined` while nothing is verified.
 */
export function countedName({ api, eventName }: KoyweDeliveryContext): string | undefined {
  if (eventName === undefined) return undefined
  const isKnown =
    api === 'payments' ? isKoywePaymentsEvent({ type: eventName }) : isKoyweEventName(eventName)
  return isKnown ? eventName : '_OTHER'
}
