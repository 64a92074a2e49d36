import { expect, it } from 'vitest'
import { withListeners } from '../src/adapter.js'
import {
  createKoyweWebhooks,
  type Delivery,
  isKoyweEvent,
  type KoyweEvent,
  type KoyweEventName,
  type KoyweOrderState,
  type KoyweWebhooks,
  orderStateOf,
  type UnknownKoyweEvent,
} from '../src/index.js'

// Checked by `pnpm typecheck`: a line under @ts-expect-error that compiles is an error.

type Same<A, B> = [A, B] extends [B, A] ? true : false

const webhooks = createKoyweWebhooks('types-test-secret')

it('a listener gets events of the name it is registered for', () => {
  webhooks.on('crypto_delivered', (event, delivery) => {
    event.eventName satisfies 'crypto_delivered'
    event.orderId satisfies string
    event.externalId satisfies string | null | undefined
    delivery satisfies Delivery
    // @ts-expect-error The field is timeStamp, with a capital S.
    event.timestamp
    // @ts-expect-error Events are read-only.
    event.orderId = 'x'
    // @ts-expect-error Never equal: it is the event of another name.
    event.eventName === 'crypto_tx_failed'
  })
  webhooks.on(['fiat_sent', 'fiat_delivered'], (event) => {
    event.eventName satisfies 'fiat_sent' | 'fiat_delivered'
    // @ts-expect-error Never equal: it is the event of another name.
    event.eventName === 'crypto_delivered'
  })
  webhooks.once('fiat_sent', async ({ eventName }) => eventName satisfies 'fiat_sent')
  expect(webhooks).toBeDefined()
})

it('an unknown name does not compile', () => {
  // @ts-expect-error There is no such event.
  expect(() => webhooks.on('nope', () => {})).toThrow(TypeError)
  // @ts-expect-error Misspelt.
  expect(() => webhooks.once('crypto_deliverd', () => {})).toThrow(TypeError)
  // @ts-expect-error Any name is what onAny is for.
  expect(() => webhooks.off(String(), () => {})).toThrow(TypeError)
  // @ts-expect-error One of them is misspelt.
  expect(() => webhooks.on(['fiat_sent', 'fiat_delivred'], () => {})).toThrow(TypeError)
  // @ts-expect-error Once for each, or once for all? Write what you mean.
  expect(() => webhooks.once(['fiat_sent', 'fiat_delivered'], () => {})).toThrow(TypeError)
  // @ts-expect-error A listener of another event.
  webhooks.on('fiat_sent', (event: { eventName: 'fiat_delivered' }) => event)
})

it('onAny also gets unknown events, whose other fields are `unknown`', () => {
  webhooks.onAny((event) => {
    event satisfies KoyweEvent | UnknownKoyweEvent
    event.eventName satisfies string
    // @ts-expect-error An unknown event may come without it.
    event.orderId satisfies string
    if (isKoyweEvent(event)) event.orderId satisfies string
    else event.amount satisfies unknown
  })
  expect(webhooks).toBeDefined()
})

/** Compiles only as long as every name has its case. */
function ramp(event: KoyweEvent): 'both' | 'on' | 'off' {
  switch (event.eventName) {
    case 'payment_created':
    case 'payment_received':
    case 'payment_rejected':
    case 'payment_rejected_by_compliance':
    case 'payment_expired':
    case 'payment_received_modified_order_amount':
    case 'wire_order_canceled':
      return 'both'
    case 'crypto_tx_sent':
    case 'crypto_delivered':
    case 'crypto_tx_failed':
      return 'on'
    case 'fiat_sent':
    case 'fiat_delivered':
    case 'refund_started':
    case 'refund_in_progress':
    case 'refund_delivered':
      return 'off'
    default:
      return event satisfies never
  }
}

/** The same with one name left out. */
function incomplete(event: KoyweEvent): string {
  switch (event.eventName) {
    case 'payment_created':
      return 'created'
    default:
      // @ts-expect-error Fourteen names are left.
      return event satisfies never
  }
}

it('a switch on eventName is exhaustive', () => {
  const event: KoyweEvent | UnknownKoyweEvent = {
    eventName: 'fiat_sent',
    orderId: '',
    timeStamp: '',
  }
  expect(isKoyweEvent(event) && ramp(event)).toBe('off')
  expect(incomplete({ eventName: 'payment_created', orderId: '', timeStamp: '' })).toBe('created')
})

it('every method of a chain returns the type it was called on', () => {
  const middleware = withListeners((request: string) => request.length, webhooks)
  const chained = middleware
    .on('fiat_sent', () => {})
    .once('fiat_sent', () => {})
    .off('fiat_sent', () => {})
    .onAny(() => {})
    .offAny(() => {})
  true satisfies Same<typeof chained, typeof middleware>
  chained('request') satisfies number
  webhooks.onAny(() => {}) satisfies KoyweWebhooks
  expect(chained).toBe(middleware)
})

it('an order’s state is a documented one, or undefined', () => {
  const name: KoyweEventName = 'crypto_tx_failed'
  orderStateOf(name) satisfies KoyweOrderState | undefined
  // @ts-expect-error Koywe does not say it for every event.
  orderStateOf(name) satisfies KoyweOrderState
  expect(orderStateOf(name)).toBeUndefined()
})

it('options of a wrong type do not compile', () => {
  // @ts-expect-error A secret may be missing in the environment.
  expect(() => createKoyweWebhooks(process.env.KOYWE_TYPES_TEST)).toThrow(TypeError)
  // @ts-expect-error A number of bytes.
  expect(() => createKoyweWebhooks('secret', { limit: '64kb' })).toThrow(TypeError)
  // @ts-expect-error A store or false.
  expect(() => createKoyweWebhooks('secret', { dedupe: true })).toThrow(TypeError)
})
