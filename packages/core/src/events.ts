/**
 * The event names that Koywe is known to send. The list is open: a name that is not here is a good webhook too.
 * Source: Koywe's page "Webhooks & Callbacks" names `payment_received`, `payment_rejected`, `payment_expired`,
 * `crypto_tx_sent`, `crypto_delivered` and `crypto_tx_failed`; the others are in Koywe's later documentation.
 */
export const koyweEventNames = [
  'payment_created',
  'payment_received',
  'payment_rejected',
  'payment_rejected_by_compliance',
  'payment_expired',
  'wire_order_canceled',
  'payment_received_modified_order_amount',
  'crypto_tx_sent',
  'crypto_delivered',
  'crypto_tx_failed',
  'fiat_sent',
  'fiat_delivered',
  'refund_started',
  'refund_in_progress',
  'refund_delivered',
] as const

/** One of the fifteen event names in {@link koyweEventNames}. */
export type KoyweEventName = (typeof koyweEventNames)[number]

/**
 * The fields of an event, named as Koywe sends them. Every field is authenticated by the signature.
 * Fields that are not listed here are kept in the object that listeners get.
 */
export interface KoyweEventFields<Name extends string> {
  readonly eventName: Name
  /** Koywe's id of the order, a UUID. */
  readonly orderId: string
  /** Your own key of the order, when the order was created with one. Seen in production, not documented by Koywe. */
  readonly externalId?: string | null
  /** ISO 8601 in UTC with milliseconds. Mind the capital S. */
  readonly timeStamp: string
}

/** What a listener of each event name receives. "Seed" marks the words of Koywe's page. */
export interface KoyweEventMap {
  /** The order exists and Koywe waits for the money. Both ramps. Order state WAITING (documented). */
  payment_created: KoyweEventFields<'payment_created'>
  /** The payment is confirmed (seed). Both ramps. Order state PENDING (documented). */
  payment_received: KoyweEventFields<'payment_received'>
  /** The payment was cancelled or rejected (seed); not sent for wire transfers. Both ramps. Order state REJECTED (documented). */
  payment_rejected: KoyweEventFields<'payment_rejected'>
  /** The payment was refused by risk or compliance. Both ramps. Order state REJECTED (documented). */
  payment_rejected_by_compliance: KoyweEventFields<'payment_rejected_by_compliance'>
  /** The order expired before the payment was confirmed (seed). Both ramps. Order state REJECTED (documented). */
  payment_expired: KoyweEventFields<'payment_expired'>
  /** A newer wire order replaced this pending one. Wire transfers. Order state REJECTED (documented). */
  wire_order_canceled: KoyweEventFields<'wire_order_canceled'>
  /** Paid, with another amount than was ordered. Ramp not stated. Order state PENDING (inferred). */
  payment_received_modified_order_amount: KoyweEventFields<'payment_received_modified_order_amount'>
  /** The crypto was sent to the blockchain (seed). On-ramp only. Order state IN_PROGRESS (inferred). */
  crypto_tx_sent: KoyweEventFields<'crypto_tx_sent'>
  /** The blockchain confirmed the transaction (seed). On-ramp only. Order state DELIVERED (inferred). */
  crypto_delivered: KoyweEventFields<'crypto_delivered'>
  /** The transaction failed on the blockchain (seed). On-ramp. Order state not stated by Koywe. */
  crypto_tx_failed: KoyweEventFields<'crypto_tx_failed'>
  /** The fiat was sent to the bank. Off-ramp. Order state IN_PROGRESS (inferred). */
  fiat_sent: KoyweEventFields<'fiat_sent'>
  /** The fiat arrived at the bank. Off-ramp. Order state DELIVERED (inferred). */
  fiat_delivered: KoyweEventFields<'fiat_delivered'>
  /** A refund of the crypto was started. Off-ramp. Order state REFUND_STARTED (documented). */
  refund_started: KoyweEventFields<'refund_started'>
  /** The refund of the crypto is on its way. Off-ramp. Order state REFUND_IN_PROGRESS (documented). */
  refund_in_progress: KoyweEventFields<'refund_in_progress'>
  /** The refund of the crypto arrived. Off-ramp. Order state REFUND_DELIVERED (documented). */
  refund_delivered: KoyweEventFields<'refund_delivered'>
}

/** Any event whose name this version knows: a union that a `switch` on `eventName` narrows and exhausts. */
export type KoyweEvent = KoyweEventMap[KoyweEventName]

/**
 * A signed event with a name that this version does not know. Only the name is sure to be there; the
 * other known fields, when present, have the types they have elsewhere.
 */
export interface UnknownKoyweEvent extends Partial<Omit<KoyweEventFields<string>, 'eventName'>> {
  readonly eventName: string
  readonly [field: string]: unknown
}

const known: ReadonlySet<string> = new Set(koyweEventNames)

/** Tells whether `name` is one of {@link koyweEventNames}. */
export function isKoyweEventName(name: unknown): name is KoyweEventName {
  return typeof name === 'string' && known.has(name)
}

/** Tells whether this version knows the event's name; afterwards a `switch` on `eventName` can be exhaustive. */
export function isKoyweEvent(event: KoyweEvent | UnknownKoyweEvent): event is KoyweEvent {
  return known.has(event.eventName)
}

/** Order states of Koywe's API (documented). `INVALID_WITHDRAWALS_DETAILS` is not final: the order can be reprocessed or refunded. */
export const koyweOrderStates = [
  'WAITING',
  'PENDING',
  'EXECUTING',
  'IN_PROGRESS',
  'DELIVERED',
  'REJECTED',
  'INVALID_WITHDRAWALS_DETAILS',
  'REFUND_STARTED',
  'REFUND_IN_PROGRESS',
  'REFUND_DELIVERED',
] as const

/** One of {@link koyweOrderStates}. */
export type KoyweOrderState = (typeof koyweOrderStates)[number]

const stateByEvent: Readonly<Record<KoyweEventName, KoyweOrderState | undefined>> = {
  payment_created: 'WAITING',
  payment_received: 'PENDING',
  payment_rejected: 'REJECTED',
  payment_rejected_by_compliance: 'REJECTED',
  payment_expired: 'REJECTED',
  wire_order_canceled: 'REJECTED',
  payment_received_modified_order_amount: 'PENDING',
  crypto_tx_sent: 'IN_PROGRESS',
  crypto_delivered: 'DELIVERED',
  crypto_tx_failed: undefined,
  fiat_sent: 'IN_PROGRESS',
  fiat_delivered: 'DELIVERED',
  refund_started: 'REFUND_STARTED',
  refund_in_progress: 'REFUND_IN_PROGRESS',
  refund_delivered: 'REFUND_DELIVERED',
}

/** The state that an order is in after an event, or `undefined` where Koywe does not say (`crypto_tx_failed`). */
export function orderStateOf(name: KoyweEventName): KoyweOrderState | undefined {
  return isKoyweEventName(name) ? stateByEvent[name] : undefined
}
