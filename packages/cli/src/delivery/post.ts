import {
  type DeliverOptions,
  type DeliveryAnswer,
  deliver,
  type EventToDeliver,
  type PaymentsEventToDeliver,
} from '@x/koywe-core/testing'
import { networkError } from '../contract/network-error.js'

/** The answer to an event of either API. */
export type AnyAnswer = Omit<DeliveryAnswer, 'event'>

/** Delivers as often as asked, and reports a failed connection in plain words. */
export async function post(
  url: URL,
  event: EventToDeliver | PaymentsEventToDeliver,
  options: DeliverOptions & { readonly times: number; readonly concurrent: number },
): Promise<readonly AnyAnswer[]> {
  try {
    return await deliver(url, event, options)
  } catch (error) {
    throw networkError(error, url)
  }
}

/** Whether a receiver has taken an event: a success, in JSON. */
export function isTaken({ status, body }: Pick<AnyAnswer, 'status' | 'body'>): boolean {
  return status >= 200 && status < 300 && typeof body !== 'string'
}

/** Whether a receiver says that it has handled the event before. */
export function isDuplicate({ body }: Pick<AnyAnswer, 'body'>): boolean {
  return typeof body === 'object' && body !== null && 'duplicate' in body && body.duplicate === true
}
