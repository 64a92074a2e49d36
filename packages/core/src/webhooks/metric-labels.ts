import type { KoyweErrorCode } from '../errors.js'
import type { KoyweApi, KoyweDeliveryContext } from '../http/channels.js'
import { isKoywePaymentsEvent } from '../payments/events.js'
import { isKoyweEventName } from '../ramp/events.js'

/**
 * What came of a delivery. `accepted`: its listeners have handled it. `duplicate`: it was handled before. `refused`: it is not taken,
 * and a retry will not be either. `retry`: the sender is asked to send it again.
 */
export type Outcome = 'accepted' | 'duplicate' | 'refused' | 'retry'

/** The labels of a delivery in a metric. None of them takes more values than are documented, whatever a stranger sends. */
export interface MetricLabels {
  readonly api: KoyweApi
  readonly outcome: Outcome
  /** The event's name, or `_OTHER` for one that this version does not know. Absent while no signature is verified. */
  readonly event?: string
  /** Why there is no success. Absent after one. */
  readonly code?: KoyweErrorCode
}

/**
 * Returns the labels under which a metric counts a delivery, once it is answered. One that was not answered, because of a mistake in
 * the set-up, counts as `retry`: the framework answers with an error.
 *
 * @example
 * ```ts
 * import { subscribe } from 'node:diagnostics_channel'
 * import { type KoyweDeliveryContext, koyweChannels, metricLabels } from '@x/koywe-core'
 *
 * subscribe(`tracing:${koyweChannels.delivery}:asyncEnd`, (message) => {
 *   console.log(metricLabels(message as KoyweDeliveryContext)) // { api: 'ramp', outcome: 'accepted', event: 'crypto_delivered' }
 * })
 * ```
 */
export function metricLabels(delivery: KoyweDeliveryContext): MetricLabels {
  const { api, code } = delivery
  const event = countedName(delivery)
  return {
    api,
    outcome: outcomeOf(delivery) ?? 'retry',
    ...(event !== undefined && { event }),
    ...(code !== undefined && { code }),
  }
}

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
