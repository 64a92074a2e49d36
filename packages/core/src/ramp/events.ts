import type { KoyweOrderState } from './order-state.js'

/**
 * The event names that Koywe is known to send, each with the order's state afterwards; `undefined` where Koywe does not say. The
 * list is open: a webhook with another name is valid, too.
 * Source: Koywe's page "Webhooks & Callbacks" names `payment_received`, `payment_rejected`, `payment_expired`,
 * `crypto_tx_sent`, `crypto_delivered` and `crypto_tx_failed`; the others are in Koywe's later documentation.
 */
const stateAfter = {
  /** The order exists and Koywe is waiting for the payment. Both ramps. Order state WAITING (documented). */
  payment_created: 'WAITING',
  /** The payment is confirmed (documented). Both ramps. Order state PENDING (documented). */
  payment_received: 'PENDING',
  /** The payment was cancelled or rejected (documented); not sent for wire transfers. Both ramps. Order state REJECTED (documented). */
  payment_rejected: 'REJECTED',
  /** The payment was refused by risk or compliance. Both ramps. Order state REJECTED (documented). */
  payment_rejected_by_compliance: 'REJECTED',
  /** The order expired before the payment was confirmed (documented). Both ramps. Order state REJECTED (documented). */
  payment_expired: 'REJECTED',
  /** A newer wire order replaced this pending one. Wire transfers. Order state REJECTED (documented). */
  wire_order_canceled: 'REJECTED',
  /** Paid, but not the amount ordered. Ramp not stated. Order state PENDING (inferred). */
  payment_received_modified_order_amount: 'PENDING',
  /** The crypto was sent to the blockchain (documented). On-ramp only. Order state IN_PROGRESS (inferred). */
  crypto_tx_sent: 'IN_PROGRESS',
  /** The blockchain confirmed the transaction (documented). On-ramp only. Order state DELIVERED (inferred). */
  crypto_delivered: 'DELIVERED',
  /** The transaction failed on the blockchain (documented). On-ramp. Order state not stated by Koywe. */
  crypto_tx_failed: undefined,
  /** The fiat was sent to the bank. Off-ramp. Order state IN_PROGRESS (inferred). */
  fiat_sent: 'IN_PROGRESS',
  /** The fiat arrived at the bank. Off-ramp. Order state DELIVERED (inferred). */
  fiat_delivered: 'DELIVERED',
  /** A refund of the crypto has started. Off-ramp. Order state REFUND_STARTED (documented). */
  refund_started: 'REFUND_STARTED',
  /** The refund of the crypto is on its way. Off-ramp. Order state REFUND_IN_PROGRESS (documented). */
  refund_in_progress: 'REFUND_IN_PROGRESS',
  /** The refund of the crypto arrived. Off-ramp. Order state REFUND_DELIVERED (documented). */
  refund_delivered: 'REFUND_DELIVERED',
} as const satisfies Readonly<Record<string, KoyweOrderState | undefined>>

/** One of the event names in {@link koyweEventNames}. */
export type KoyweEventName = keyof typeof stateAfter

/** The event names that Koywe is known to send. The list is open: a webhook with another name is valid, too. */
export const koyweEventNames = Object.keys(stateAfter) as readonly KoyweEventName[] // the table's own keys

/**
 * The fields of an event, named as Koywe sends them. The signature authenticates every field.
 * Listeners also get fields that are not listed here.
 */
export interface KoyweEventFields<Name extends string> {
  readonly eventName: Name
  /** Koywe's id of the order, a UUID. */
  readonly orderId: string
  /** Your own id of the order, if you created it with one. Seen in production, not documented by Koywe. */
  readonly externalId?: string | null
  /** ISO 8601 in UTC with milliseconds. Mind the capital S. */
  readonly timeStamp: string
}

/** What a listener of each event name receives. */
export type KoyweEventMap = {
  [Name in keyof typeof stateAfter]: KoyweEventFields<Name>
}

/** Any event whose name this version knows: a union that a `switch` on `eventName` narrows exhaustively. */
export type KoyweEvent = KoyweEventMap[KoyweEventName]

/**
 * A signed event with a name that this version does not know. Only the name is guaranteed; the other known fields, if present,
 * have their usual types.
 */
export interface UnknownKoyweEvent extends Partial<Omit<KoyweEventFields<string>, 'eventName'>> {
  readonly eventName: string
  readonly [field: string]: unknown
}

const known: ReadonlySet<unknown> = new Set(koyweEventNames)

/** Returns whether `name` is one of {@link koyweEventNames}. */
export function isKoyweEventName(name: unknown): name is KoyweEventName {
  return known.has(name)
}

/** Returns whether this version knows the event's name; afterwards a `switch` on `eventName` can be exhaustive. */
export function isKoyweEvent(event: KoyweEvent | UnknownKoyweEvent): event is KoyweEvent {
  return isKoyweEventName(event.eventName)
}

/** The order's state after an event, or `undefined` where Koywe does not say (`crypto_tx_failed`). */
export function orderStateOf(name: KoyweEventName): KoyweOrderState | undefined {
  return isKoyweEventName(name) ? stateAfter[name] : undefined
}
