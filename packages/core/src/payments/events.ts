/**
 * The types that Koywe documents for its Payments API. The list is open: `merchant.*`, invitations, `policy.*` and `webhook.ping`,
 * whose forms Koywe does not show, and any other type are valid, too. Source: Koywe's pages on the webhooks of the Payments API.
 */
export const koywePaymentsEventTypes = [
  'order.created', // documented
  'order.approved', // documented
  'order.pending', // documented
  'order.processing', // documented
  'order.paid', // documented, and seen in production with the status PAID
  'order.completed', // documented
  'order.failed', // documented
  'order.expired', // documented
  'order.canceled', // documented, on another page than `order.cancelled`: handle both
  'order.cancelled', // documented
  'order.refunded', // documented
  'contact.created', // documented, without its fields, as the other two
  'contact.updated', // documented
  'contact.deleted', // documented
] as const

/** One of the types in {@link koywePaymentsEventTypes}. */
export type KoywePaymentsEventType = (typeof koywePaymentsEventTypes)[number]

/** The documented statuses of an order, some of which it may skip. PAID: confirmed, settlement in progress. COMPLETED: funds delivered. */
// biome-ignore format: a list
export type KoywePaymentsOrderStatus =
  | 'PENDING' | 'PROCESSING' | 'PAID' | 'COMPLETED' | 'FAILED' | 'CANCELLED' | 'EXPIRED' | 'ON_HOLD'

/** What an event says of its order (seen in production). The order's own id is `relationships.self.id`; `external_id` is yours. */
export interface KoywePaymentsOrderData {
  readonly status?: KoywePaymentsOrderStatus | (string & {}) | null
  readonly external_id?: string | null
  readonly [field: string]: unknown
}

/** What an event is about (seen in production): `{ "self": { "type": "order", "id": "ord_…" } }`. */
export interface KoywePaymentsRelationships {
  readonly self?: { readonly type?: string | null; readonly id?: string | null } | null
  readonly [name: string]: unknown
}

/** The fields of an event, named as Koywe sends them. Only `type` is certain. The signature covers every byte of the body. */
export interface KoywePaymentsEventFields<Type extends string> {
  readonly type: Type
  /** Koywe's id of the event (documented), which one integrator's capture lacks. `delivery.id` is always there. */
  readonly id?: string | null
  readonly data?:
    | (Type extends `order.${string}` ? KoywePaymentsOrderData : Readonly<Record<string, unknown>>)
    | null
  readonly relationships?: KoywePaymentsRelationships | null
}

/** What a listener of each type receives. */
export type KoywePaymentsEventMap = {
  [Type in KoywePaymentsEventType]: KoywePaymentsEventFields<Type>
}

/** Any event whose type this version knows: a union that a `switch` on `type` narrows exhaustively. */
export type KoywePaymentsEvent = KoywePaymentsEventMap[KoywePaymentsEventType]

/** A signed event of a type that this version does not know. Only the type is guaranteed. */
export interface UnknownKoywePaymentsEvent {
  readonly type: string
  readonly [field: string]: unknown
}

/** Returns whether this version knows the event's type; afterwards a `switch` on `type` can be exhaustive. */
export function isKoywePaymentsEvent(
  event: KoywePaymentsEvent | UnknownKoywePaymentsEvent,
): event is KoywePaymentsEvent {
  return (koywePaymentsEventTypes as readonly string[]).includes(event.type)
}
