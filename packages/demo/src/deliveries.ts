import {
  type BadDelivery,
  badDeliveries,
  type DeliverOptions,
  type EventToDeliver,
  koyweOrder,
} from '@x/koywe-core/testing'

/** One delivery of the demo, and what must come of it. */
export interface Delivery {
  /** What is sent, in words. */
  readonly name: string
  readonly event: EventToDeliver | BadDelivery
  /** How it is sent. Default: as Koywe sends it. */
  readonly as?: DeliverOptions['as']
  readonly status: number
  /** The body of the answer. */
  readonly body: object
  /** The event that the listeners must see; absent when they must see none. */
  readonly seen?: { readonly eventName: string; readonly orderId: string }
}

const received = { status: 200, body: { received: true } }
const forgery = { status: 401, body: { error: 'invalid_signature' } }

/** The life of an on-ramp order as Koywe reports it, with forgeries, a copy and a new event name. */
export function createDeliveries(): readonly Delivery[] {
  const order = koyweOrder('on-ramp')
  const last = order[order.length - 1]
  if (!last) throw new Error('an order has events')
  const later = { ...last, timeStamp: new Date(Date.parse(last.timeStamp) + 60_000).toISOString() }
  const unknown = { ...later, eventName: 'order_teleported' }

  return [
    ...order.map((event) => ({ ...received, name: event.eventName, event, seen: event })),
    {
      ...forgery,
      name: 'crypto_delivered with a forged signature',
      event: later,
      as: 'forged',
    },
    {
      ...forgery,
      name: 'crypto_delivered, changed after it was signed',
      event: later,
      as: 'tampered',
    },
    {
      name: 'a copy of crypto_delivered',
      event: last,
      status: 200,
      body: { received: true, duplicate: true },
    },
    {
      name: 'crypto_delivered without a signature',
      event: later,
      as: 'unsigned',
      status: 401,
      body: { error: 'missing_signature' },
    },
    {
      ...received,
      name: 'order_teleported, a name that no one knows yet',
      event: unknown,
      seen: unknown,
    },
  ]
}

/** Everything else that a receiver must refuse, from the testing kit's table. */
export const refusals: readonly Delivery[] = badDeliveries.map((bad) => ({
  name: bad.name,
  event: bad,
  status: bad.status,
  body: { error: bad.code },
}))
