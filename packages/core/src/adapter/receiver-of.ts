import type { Secrets } from '../ramp/signature.js'
import type { KoywePayments, KoywePaymentsListeners } from '../webhooks/koywe-payments.js'
import type { KoyweWebhooks } from '../webhooks/koywe-webhooks.js'
import { type KoyweWebhooksOptions, webhooksOptions } from '../webhooks/options.js'
import type { KoyweListeners } from '../webhooks/receiver.js'

/**
 * Returns the receiver for what a user passed to an adapter: secrets, or an existing receiver.
 *
 * @param create Makes a receiver of secrets: `createKoyweWebhooks` or `createKoywePayments`.
 * @throws {TypeError} like `create`, and when options are passed along with an existing receiver.
 */
export function receiverOf<Receiver extends KoyweWebhooks | KoywePayments>(
  create: (secrets: Secrets, options: KoyweWebhooksOptions) => Receiver,
  source: Secrets | Receiver,
  options: KoyweWebhooksOptions,
): Receiver {
  if (typeof source !== 'object' || source === null || !('handle' in source)) {
    return create(source, options)
  }
  if (webhooksOptions.every((name) => options[name] === undefined)) return source
  throw new TypeError(
    `An existing receiver keeps its options: pass \`limit\`, \`timeoutMs\`, \`logger\` and \`dedupe\` to ${create.name}.`,
  )
}

/** The methods of a receiver that its middleware gets. */
export type ListenersOf<Receiver> = Receiver extends KoyweWebhooks
  ? KoyweListeners
  : KoywePaymentsListeners

/** Adds the receiver's methods to a middleware, so that it is the emitter of its own events. */
export function withListeners<T extends object, Receiver extends KoyweWebhooks | KoywePayments>(
  middleware: T,
  receiver: Receiver,
): T & ListenersOf<Receiver> {
  const { on, once, off, onAny, offAny, idle } = receiver
  const listeners = { on, once, off, onAny, offAny, idle } as ListenersOf<Receiver> // its own methods
  return Object.assign(middleware, listeners)
}
