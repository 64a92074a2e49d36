import { randomUUID } from 'node:crypto'
import { signEvent, signedPaymentsRequest } from '@x/koywe-core/testing'
import type { Receiver } from './receiver.js'
import type { WireRequest } from './wire.js'

/** A delivery of a new event, signed as the receiver's API does. */
export function genuineDelivery(
  { api, secret }: Receiver,
  extra: Readonly<Record<string, unknown>> = {},
): WireRequest {
  if (api === 'payments') {
    const self = { type: 'order', id: `ord_${randomUUID()}` }
    const event = { id: `evt_${randomUUID()}`, type: 'order.created', relationships: { self } }
    return signedPaymentsRequest(JSON.stringify({ ...event, ...extra }), secret)
  }
  const timeStamp = new Date().toISOString()
  const event = { eventName: 'payment_created', orderId: randomUUID(), timeStamp }
  return { body: signEvent({ ...event, ...extra }, secret), headers: json }
}

/** A delivery that a receiver of that API answers with `missing_signature`. */
export function unsignedDelivery({ api }: Receiver): WireRequest {
  return { body: api === 'payments' ? '{"type":"ping"}' : '{"eventName":"ping"}', headers: json }
}

const json = { 'content-type': 'application/json' }
