import type { Secrets } from '../ramp/signature.js'
import {
  createKoywePayments,
  type KoywePayments,
  type KoywePaymentsListeners,
} from '../webhooks/koywe-payments.js'
import { createKoyweWebhooks, type KoyweWebhooks } from '../webhooks/koywe-webhooks.js'
import {
  type KoyweListeners,
  type KoyweWebhooksOptions,
  webhooksOptions,
} from '../webhooks/receiver.js'

/**
 * Returns the receiver for what a user passed to an adapter: secrets, or an existing receiver.
 *
 * @throws {TypeError} like {@link createKoyweWebhooks}, and when options are passed along with an existing receiver.
 */
export function webhooksOf(
  source: Secrets | KoyweWebhooks,
  options: KoyweWebhooksOptions,
): KoyweWebhooks {
  return isReceiver(source, options, 'createKoyweWebhooks')
    ? source
    : createKoyweWebhooks(source, options)
}

/** The same for a receiver of the Payments API's webhooks. */
export function paymentsOf(
  source: Secrets | KoywePayments,
  options: KoyweWebhooksOptions,
): KoywePayments {
  return isReceiver(source, options, 'createKoywePayments')
    ? source
    : createKoywePayments(source, options)
}

function isReceiver<Receiver extends object>(
  source: Secrets | Receiver,
  options: KoyweWebhooksOptions,
  creator: string,
): source is Receiver {
  if (typeof source !== 'object' || source === null || !('handle' in source)) return false
  if (webhooksOptions.every((name) => options[name] === undefined)) return true
  throw new TypeError(
    `An existing receiver keeps its options: pass \`limit\`, \`timeoutMs\`, \`logger\` and \`dedupe\` to ${creator}.`,
  )
}

/** Adds the receiver's methods to a middleware, so that it is the emitter of its own events. */
export function withListeners<T extends object>(
  middleware: T,
  receiver: KoyweWebhooks,
): T & KoyweListeners
export function withListeners<T extends object>(
  middleware: T,
  receiver: KoywePayments,
): T & KoywePaymentsListeners
export function withListeners<T extends object>(
  middleware: T,
  { on, once, off, onAny, offAny, idle }: KoyweWebhooks | KoywePayments,
): T {
  return Object.assign(middleware, { on, once, off, onAny, offAny, idle })
}
