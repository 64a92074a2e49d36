import type { HttpHandler } from '../http/contract.js'
import type { KoywePaymentsEventMap, UnknownKoywePaymentsEvent } from '../payments/events.js'
import { createPaymentsScheme } from '../payments/payments-scheme.js'
import type { Secrets } from '../ramp/signature.js'
import type { KoyweWebhooksOptions } from './options.js'
import { createReceiver, type KoyweListeners } from './receiver.js'

/** The methods of a Payments receiver that you use, also on the middleware made from it. */
export interface KoywePaymentsListeners
  extends KoyweListeners<KoywePaymentsEventMap, UnknownKoywePaymentsEvent> {}

/** Verifies deliveries of the Payments API, hands their events to listeners and decides the answers. */
export interface KoywePayments extends KoywePaymentsListeners, HttpHandler {}

/**
 * Creates a receiver of the webhooks of Koywe's Payments API, which signs the bytes of the body in the header Koywe-Signature. One
 * receiver can serve several mounts and servers.
 *
 * Koywe sends every event of an organization to all its endpoints, so a listener also gets orders of other systems: return without
 * an error for those. A handled event, a duplicate and one without a listener are all answered with 200.
 *
 * @param secrets The secret of the webhook endpoint, or a list of secrets during a rotation.
 * @throws {TypeError} when a secret is missing or blank, or an option is wrong or unknown.
 *
 * @example
 * ```ts
 * import { createKoywePayments } from '@x/koywe-core'
 *
 * const payments = createKoywePayments(process.env.KOYWE_PAYMENTS_SECRET ?? '')
 * payments.on('order.paid', async (event, delivery) => {
 *   console.log(`order ${event.relationships?.self?.id} was paid`, delivery.id)
 * })
 * ```
 */
export function createKoywePayments(
  secrets: Secrets,
  options: KoyweWebhooksOptions = {},
): KoywePayments {
  return createReceiver<KoywePaymentsEventMap, UnknownKoywePaymentsEvent>(
    createPaymentsScheme(secrets),
    options,
  )
}
