import { expect, it } from 'vitest'
import { receiverOf, withListeners } from '../../src/adapter.js'
import {
  createKoywePayments,
  createKoyweWebhooks,
  isKoywePaymentsEvent,
  type KoywePayments,
  type KoywePaymentsEvent,
  type KoywePaymentsListeners,
  type KoywePaymentsOrderStatus,
  type UnknownKoywePaymentsEvent,
} from '../../src/index.js'

// Checked by `pnpm typecheck`: a line under @ts-expect-error that compiles is an error.

const payments = createKoywePayments('types-test-secret')

it('a listener gets events of the type it is registered for', () => {
  payments.on('order.paid', (event) => {
    event.type satisfies 'order.paid'
    event.id satisfies string | null | undefined
    event.data?.status satisfies string | null | undefined
    event.data?.external_id satisfies string | null | undefined
    event.data?.amount satisfies unknown
    event.relationships?.self?.id satisfies string | null | undefined
    // @ts-expect-error That is the name in the ramp API.
    event.eventName
    // @ts-expect-error Events are read-only.
    event.id = 'x'
  })
  payments.once('contact.updated', ({ data }) => {
    // @ts-expect-error Koywe documents no field of a contact.
    data?.status satisfies string | null | undefined
  })
  expect(payments).toBeDefined()
})

it('an unknown type does not compile, and throws with the cure', () => {
  // @ts-expect-error It may come, but its form is not known.
  const register = () => payments.on('merchant.created', () => {})
  expect(register).toThrow(/order\.paid.*onAny.*`event\.type`/)
  // @ts-expect-error An event of the ramp API.
  expect(() => payments.on('crypto_delivered', () => {})).toThrow(TypeError)
})

/** Compiles only as long as every type has its case. */
function about(event: KoywePaymentsEvent): 'order' | 'contact' {
  switch (event.type) {
    case 'order.created':
    case 'order.approved':
    case 'order.pending':
    case 'order.processing':
    case 'order.paid':
    case 'order.completed':
    case 'order.failed':
    case 'order.expired':
    case 'order.canceled':
    case 'order.cancelled':
    case 'order.refunded':
      return 'order'
    case 'contact.created':
    case 'contact.updated':
    case 'contact.deleted':
      return 'contact'
    default:
      return event satisfies never
  }
}

it('a switch on type is exhaustive, and onAny also gets unknown events', () => {
  payments.onAny((event) => {
    event satisfies KoywePaymentsEvent | UnknownKoywePaymentsEvent
    if (isKoywePaymentsEvent(event)) about(event)
    else event.anything satisfies unknown
  })
  expect(about({ type: 'contact.deleted' })).toBe('contact')
  'ON_HOLD' satisfies KoywePaymentsOrderStatus
})

it('a receiver of one API is none of the other', () => {
  // @ts-expect-error It hears other events.
  receiverOf(createKoyweWebhooks, payments, {})
  // @ts-expect-error It hears other events.
  createKoyweWebhooks('secret') satisfies KoywePayments
  const middleware = withListeners((request: string) => request.length, payments)
  middleware.on('order.paid', () => {}) satisfies KoywePaymentsListeners
  middleware.onAny(() => {})('request') satisfies number
  expect(middleware('request')).toBe(7)
})
