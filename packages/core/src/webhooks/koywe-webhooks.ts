import type { HttpHandler } from '../http/contract.js'
import type { KoyweEventMap, UnknownKoyweEvent } from '../ramp/events.js'
import { createRampScheme } from '../ramp/ramp-scheme.js'
import type { Secrets } from '../ramp/signature.js'
import type { KoyweWebhooksOptions } from './options.js'
import { createReceiver, type KoyweListeners } from './receiver.js'

/** Verifies deliveries, hands their events to listeners and decides the answers. */
export interface KoyweWebhooks extends KoyweListeners, HttpHandler {}

/**
 * Creates a receiver of Koywe's ramp webhooks. One receiver can serve several mounts and servers.
 *
 * @param secrets The secret registered with Koywe for the webhook, or a list of secrets during a rotation.
 * @throws {TypeError} when a secret is missing or blank, or an option is wrong or unknown.
 *
 * @example
 * ```ts
 * import { createKoyweWebhooks } from '@x/koywe-core'
 *
 * const webhooks = createKoyweWebhooks(process.env.KOYWE_WEBHOOK_SECRET ?? '', { timeoutMs: 10_000 })
 * webhooks.on('crypto_delivered', async (event, delivery) => {
 *   console.log(`order ${event.orderId} was delivered`, delivery.id)
 * })
 * ```
 */
export function createKoyweWebhooks(
  secrets: Secrets,
  options: KoyweWebhooksOptions = {},
): KoyweWebhooks {
  return createReceiver<KoyweEventMap, UnknownKoyweEvent>(createRampScheme(secrets), options)
}
