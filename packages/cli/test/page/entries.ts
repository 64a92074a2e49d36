import type { Catalogue, DeliveryEntry, QuestionEntry } from '../../src/inspect/entries.js'

let count = 0

/** An accepted delivery as the inspector keeps it, with what a test says instead. */
export function delivery(rest: Partial<DeliveryEntry> = {}): DeliveryEntry {
  count++
  return {
    kind: 'delivery',
    version: 1,
    number: count,
    receivedAt: '2026-01-31T12:00:00.000Z',
    method: 'POST',
    path: '/webhooks/koywe',
    origin: 'received',
    api: 'ramp',
    status: 200,
    durationMs: 3,
    verified: true,
    duplicate: false,
    errors: [],
    ...rest,
  }
}

/** One that was refused because of its signature. */
export function forgery(rest: Partial<DeliveryEntry> = {}): DeliveryEntry {
  const refusal = { status: 401, code: 'invalid_signature', verified: false }
  return delivery({ ...refusal, reason: 'The signature is wrong.', cure: 'Mend it.', ...rest })
}

/** A question that was answered with `true`. */
export function question(rest: Partial<QuestionEntry> = {}): QuestionEntry {
  count++
  return {
    kind: 'question',
    version: 1,
    number: count,
    receivedAt: '2026-01-31T12:00:00.000Z',
    method: 'POST',
    path: '/koywe/auth',
    origin: 'received',
    status: 200,
    email: 'm…@example.com',
    allowed: true,
    koyweConcludes: 'allowed',
    ...rest,
  }
}

/** What Koywe's documentation says of the states, written down here by hand. */
export const states: Catalogue['states'] = {
  payment_created: { state: 'WAITING', rank: 0, final: false },
  payment_received: { state: 'PENDING', rank: 1, final: false },
  payment_received_modified_order_amount: { state: 'PENDING', rank: 1, final: false },
  payment_rejected: { state: 'REJECTED', rank: 4, final: true },
  payment_rejected_by_compliance: { state: 'REJECTED', rank: 4, final: true },
  payment_expired: { state: 'REJECTED', rank: 4, final: true },
  wire_order_canceled: { state: 'REJECTED', rank: 4, final: true },
  crypto_tx_sent: { state: 'IN_PROGRESS', rank: 3, final: false },
  crypto_tx_failed: { rank: 3, final: false },
  crypto_delivered: { state: 'DELIVERED', rank: 4, final: true },
  fiat_sent: { state: 'IN_PROGRESS', rank: 3, final: false },
  fiat_delivered: { state: 'DELIVERED', rank: 4, final: true },
  refund_started: { state: 'REFUND_STARTED', rank: 5, final: false },
  refund_in_progress: { state: 'REFUND_IN_PROGRESS', rank: 6, final: false },
  refund_delivered: { state: 'REFUND_DELIVERED', rank: 7, final: true },
  'order.created': { rank: 0, final: false },
  'order.approved': { rank: 0, final: false },
  'order.pending': { state: 'PENDING', rank: 0, final: false },
  'order.processing': { state: 'PROCESSING', rank: 1, final: false },
  'order.paid': { state: 'PAID', rank: 2, final: false },
  'order.completed': { state: 'COMPLETED', rank: 3, final: true },
  'order.failed': { state: 'FAILED', rank: 3, final: true },
  'order.expired': { state: 'EXPIRED', rank: 3, final: true },
  'order.canceled': { state: 'CANCELLED', rank: 3, final: true },
  'order.cancelled': { state: 'CANCELLED', rank: 3, final: true },
  'order.refunded': { rank: 4, final: false },
}
