/**
 * The types that Koywe documents for its Payments API, each with what it is about. The list is open: Koywe also sends `merchant.*`,
 * `invitation.*`, `policy.*` and `webhook.ping`, whose forms it does not show, and may add any other.
 * Source: Koywe's pages on the Payments API's webhooks. None says which status an order has after an event.
 */
const aboutByType = {
  /** The order was created (documented). */
  'order.created': 'order',
  /** The order was approved (documented). */
  'order.approved': 'order',
  /** The order is pending (documented). */
  'order.pending': 'order',
  /** The order is being processed (documented). */
  'order.processing': 'order',
  /** The payment is confirmed and its settlement in progress (documented; seen in production with the status PAID). */
  'order.paid': 'order',
  /** The funds are delivered (documented). */
  'order.completed': 'order',
  /** The order failed (documented). */
  'order.failed': 'order',
  /** The order expired (documented). */
  'order.expired': 'order',
  /** The order was cancelled, as one page of Koywe's spells it (documented). Handle both spellings. */
  'order.canceled': 'order',
  /** The order was cancelled, as another page of Koywe's spells it (documented). Handle both spellings. */
  'order.cancelled': 'order',
  /** The order was refunded (documented). */
  'order.refunded': 'order',
  /** A contact was created (documented; its fields are not). */
  'contact.created': 'contact',
  /** A contact was changed (documented; its fields are not). */
  'contact.updated': 'contact',
  /** A contact was deleted (documented; its fields are not). */
  'contact.deleted': 'contact',
} as const

/** One of the types in {@link koywePaymentsEventTypes}. */
export type KoywePaymentsEventType = keyof typeof aboutByType

/** The types that Koywe documents. The list is open: a webhook of another type is valid, too. */
export const koywePaymentsEventTypes = Object.keys(aboutByType) as readonly KoywePaymentsEventType[] // the table's own keys

/** The statuses of an order that Koywe documents. An order may skip some. */
export type KoywePaymentsOrderStatus =
  | 'PENDING'
  | 'PROCESSING'
  /** The payment is confirmed, its settlement in progress. */
  | 'PAID'
  /** The funds are delivered. */
  | 'COMPLETED'
  | 'FAILED'
  | 'CANCELLED'
  | 'EXPIRED'
  | 'ON_HOLD'

/** What an event says of its order. Seen in production, not documented by Koywe; the order's own id is in `relationships.self`. */
export interface KoywePaymentsOrderData {
  readonly status?: KoywePaymentsOrderStatus | (string & {}) | null
  /** Your own id of the order, if you created it with one. */
  readonly external_id?: string | null
  readonly [field: string]: unknown
}

/** What an event is related to. Seen in production, not documented by Koywe. */
export interface KoywePaymentsRelationships {
  /** What the event is about: `{ "type": "order", "id": "ord_…" }`. */
  readonly self?: { readonly type?: string | null; readonly id?: string | null } | null
  readonly [name: string]: unknown
}

/** The fields of an event, named as Koywe sends them. Only `type` is certain. The signature covers every byte of the body. */
export interface KoywePaymentsEventFields<Type extends string, Data> {
  readonly type: Type
  /** Koywe's id of the event (documented), which one integrator's capture lacks. `delivery.id` is always there. */
  readonly id?: string | null
  readonly data?: Data | null
  readonly relationships?: KoywePaymentsRelationships | null
}

interface DataByAbout {
  readonly order: KoywePaymentsOrderData
  readonly contact: { readonly [field: string]: unknown }
}

/** What a listener of each type receives. */
export type KoywePaymentsEventMap = {
  [Type in KoywePaymentsEventType]: KoywePaymentsEventFields<
    Type,
    DataByAbout[(typeof aboutByType)[Type]]
  >
}

/** Any event whose type this version knows: a union that a `switch` on `type` narrows exhaustively. */
export type KoywePaymentsEvent = KoywePaymentsEventMap[KoywePaymentsEventType]

/** A signed event of a type that this version does not know. Only the type is guaranteed. */
export interface UnknownKoywePaymentsEvent {
  readonly type: string
  readonly [field: string]: unknown
}

const known: ReadonlySet<string> = new Set(koywePaymentsEventTypes)

/** Returns whether `type` is one of {@link koywePaymentsEventTypes}. */
export function isKoywePaymentsEventType(type: unknown): type is KoywePaymentsEventType {
  return typeof type === 'string' && known.has(type)
}

/** Returns whether this version knows the event's type; afterwards a `switch` on `type` can be exhaustive. */
export function isKoywePaymentsEvent(
  event: KoywePaymentsEvent | UnknownKoywePaymentsEvent,
): event is KoywePaymentsEvent {
  return isKoywePaymentsEventType(event.type)
}
