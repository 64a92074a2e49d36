import { randomUUID } from 'node:crypto'
import type { KoyweEvent, KoyweEventName } from '../ramp/events.js'

const lives = {
  'on-ramp': ['payment_created', 'payment_received', 'crypto_tx_sent', 'crypto_delivered'],
  'off-ramp': ['payment_created', 'payment_received', 'fiat_sent', 'fiat_delivered'],
  rejected: ['payment_created', 'payment_rejected'],
  expired: ['payment_created', 'payment_expired'],
  refund: [
    'payment_created',
    'payment_received',
    'refund_started',
    'refund_in_progress',
    'refund_delivered',
  ],
} as const satisfies Readonly<Record<string, readonly KoyweEventName[]>>

/** How an order may end. */
export type KoyweLife = keyof typeof lives

/** What the events of an order share. */
export interface KoyweOrderOptions {
  /** Default: a new UUID. */
  readonly orderId?: string
  /** Your own key of the order. Default: none. */
  readonly externalId?: string
  /** When the first event happened; each other one is a minute later. Default: now. */
  readonly start?: Date
}

const minute = 60_000

/**
 * The events of one order in the order Koywe sends them: they share the order's id, and their `timeStamp` grows.
 *
 * @example
 * ```ts
 * import { koyweOrder } from '@x/koywe-core/testing'
 *
 * for (const event of koyweOrder('on-ramp', { externalId: 'A-1' })) console.log(event.eventName)
 * ```
 */
export function koyweOrder(
  life: KoyweLife,
  { orderId = randomUUID(), externalId, start = new Date() }: KoyweOrderOptions = {},
): readonly KoyweEvent[] {
  return lives[life].map((eventName, index) => ({
    eventName,
    orderId,
    ...(externalId !== undefined && { externalId }),
    timeStamp: new Date(start.getTime() + index * minute).toISOString(),
  }))
}
