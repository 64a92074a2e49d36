import { randomUUID } from 'node:crypto'
import { sign } from '@x/koywe-testkit/sign'

/** One request of the demo, and what must come of it. */
export interface Delivery {
  /** What is sent, in words. */
  readonly sent: string
  readonly body: string
  readonly status: number
  readonly answer: string
  /** The event that the listeners see; absent when they must see none. */
  readonly heard?: { readonly eventName: string; readonly orderId: string }
}

/** The life of an on-ramp order as Koywe tells it, and then what must not get through. */
export function makeDeliveries(secret: string): readonly Delivery[] {
  const orderId = randomUUID()
  const event = (eventName: string, second: number) => ({
    eventName,
    orderId,
    timeStamp: `2022-10-26T22:36:${second}.658Z`,
  })
  const received = { status: 200, answer: '{"received":true}' }
  const refused = (error: string) => ({ status: 401, answer: JSON.stringify({ error }) })
  const good = (eventName: string, second: number): Delivery => ({
    sent: eventName,
    body: sign(event(eventName, second), secret),
    ...received,
    heard: { eventName, orderId },
  })

  return [
    good('payment_created', 41),
    good('payment_received', 43),
    good('crypto_tx_sent', 47),
    good('crypto_delivered', 53),
    {
      sent: 'crypto_delivered with a forged signature',
      body: sign(event('crypto_delivered', 54), 'a guess'),
      ...refused('invalid_signature'),
    },
    {
      sent: 'crypto_delivered made of a signed payment_expired',
      body: sign(event('payment_expired', 55), secret).replace(
        'payment_expired',
        'crypto_delivered',
      ),
      ...refused('invalid_signature'),
    },
    {
      sent: 'a copy of crypto_delivered',
      body: sign(event('crypto_delivered', 53), secret),
      status: 200,
      answer: '{"received":true,"duplicate":true}',
    },
    {
      sent: 'crypto_delivered without a signature',
      body: JSON.stringify(event('crypto_delivered', 56)),
      ...refused('missing_signature'),
    },
    { ...good('order_teleported', 57), sent: 'order_teleported, a name that no one knows yet' },
  ]
}
