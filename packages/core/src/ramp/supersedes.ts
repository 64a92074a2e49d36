import { isKoyweEventName, orderStateOf } from './events.js'
import { rankOf } from './order-state.js'

/** What to keep of an order's latest event in order to compare it with the next. Every event has this form. */
export interface OrderMark {
  readonly eventName: string
  /** As Koywe sent it, or as the `Date` that your database returns. */
  readonly timeStamp?: string | Date
}

/**
 * Returns whether `next` is news about an order whose latest known event is `previous`. Koywe may send several webhooks for
 * one change and does not promise their order, so a late `payment_received` must not overwrite `crypto_delivered`: an event of a
 * lower rank is never news, one of a higher rank always is, and of equal rank the one with the later `timeStamp` is.
 *
 * @param previous The latest event you kept of this order, or nothing if there is none.
 */
export function supersedes(previous: OrderMark | null | undefined, next: OrderMark): boolean {
  if (previous === undefined || previous === null) return true
  const progress = rankOfEvent(next.eventName) - rankOfEvent(previous.eventName)
  if (progress !== 0) return progress > 0
  return timeOf(next) > timeOf(previous)
}

/** `crypto_tx_failed` has no state of its own: it ends one attempt to send, and another may follow. */
function rankOfEvent(name: string): number {
  if (!isKoyweEventName(name)) return -1
  return rankOf(orderStateOf(name) ?? 'IN_PROGRESS')
}

function timeOf({ timeStamp }: OrderMark): number {
  const time = new Date(timeStamp ?? Number.NaN).getTime()
  return Number.isNaN(time) ? Number.NEGATIVE_INFINITY : time
}
