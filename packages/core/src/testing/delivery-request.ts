import { randomUUID } from 'node:crypto'
import type { KoywePaymentsEvent, KoywePaymentsEventType } from '../payments/events.js'
import type { KoyweEvent, KoyweEventName } from '../ramp/events.js'
import type { DeliveryRequest } from './bad-deliveries.js'
import { signEvent } from './sign-event.js'
import { signedPaymentsRequest } from './sign-payments.js'

/** The event to deliver. A missing `orderId` is a new one, a missing `timeStamp` is now; every other field is sent as it is. */
export type EventToDeliver =
  | KoyweEvent
  | { readonly eventName: KoyweEventName | (string & {}); readonly [field: string]: unknown }

/** The event of the Payments API to deliver. A missing `id` is a new one; every other field is sent as it is. */
export type PaymentsEventToDeliver =
  | KoywePaymentsEvent
  | { readonly type: KoywePaymentsEventType | (string & {}); readonly [field: string]: unknown }

/**
 * How a delivery differs from one of Koywe's.
 *
 * - `copy`: the same bytes are sent twice, and the answer is that of the second.
 * - `forged`: signed with another secret.
 * - `unsigned`: without a signature.
 * - `tampered`: a field is added after signing.
 * - `pretty`: indented, with a signature that is right: of the ramp API it covers the values, of the Payments API these very bytes.
 */
export type Manner = 'copy' | 'forged' | 'unsigned' | 'tampered' | 'pretty'

/** Whether an event is one of the Payments API. */
export function isPaymentsEvent(
  event: EventToDeliver | PaymentsEventToDeliver,
): event is PaymentsEventToDeliver {
  return !('eventName' in event) && 'type' in event
}

/** Makes the request by which an event is delivered. */
export function requestOf(
  event: EventToDeliver | PaymentsEventToDeliver,
  secret: string,
  as: Manner | undefined,
): DeliveryRequest {
  const headers = { 'content-type': 'application/json' }
  if (!isPaymentsEvent(event)) {
    const payload = { orderId: randomUUID(), timeStamp: new Date().toISOString(), ...event }
    return { headers, body: rampBody(payload, secret, as) }
  }
  const text = JSON.stringify(
    { id: `evt_${randomUUID()}`, ...event },
    null,
    as === 'pretty' ? 2 : 0,
  )
  if (as === 'unsigned') return { headers, body: text }
  const signed = signedPaymentsRequest(text, as === 'forged' ? `not ${secret}` : secret)
  return as === 'tampered' ? { ...signed, body: text.replace('{', '{"tampered":true,') } : signed
}

function rampBody(payload: object, secret: string, as: Manner | undefined): string {
  switch (as) {
    case 'unsigned':
      return JSON.stringify(payload)
    case 'forged':
      return signEvent(payload, `not ${secret}`)
    case 'tampered':
      return signEvent(payload, secret).replace('{', '{"tampered":true,')
    case 'pretty':
      return JSON.stringify(JSON.parse(signEvent(payload, secret)), null, 2)
    default:
      return signEvent(payload, secret)
  }
}
