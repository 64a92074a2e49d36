import type { Secrets } from '../ramp/signature.js'
import {
  createKoyweWebhooks,
  type KoyweListeners,
  type KoyweWebhooks,
  type KoyweWebhooksOptions,
  webhooksOptions,
} from '../webhooks/webhooks.js'

/**
 * Returns the receiver for what a user passed to an adapter: secrets, or an existing receiver.
 *
 * @throws {TypeError} like {@link createKoyweWebhooks}, and when options are passed along with an existing receiver.
 */
export function webhooksOf(
  source: Secrets | KoyweWebhooks,
  options: KoyweWebhooksOptions,
): KoyweWebhooks {
  if (typeof source !== 'object' || source === null || !('handle' in source)) {
    return createKoyweWebhooks(source, options)
  }
  if (webhooksOptions.every((name) => options[name] === undefined)) return source
  throw new TypeError(
    'An existing receiver keeps its options: pass `limit`, `timeoutMs`, `logger` and `dedupe` to createKoyweWebhooks.',
  )
}

/** Adds the receiver's methods to a middleware, so that it is the emitter of its own events. */
export function withListeners<T extends object>(
  middleware: T,
  webhooks: KoyweWebhooks,
): T & KoyweListeners {
  const { on, once, off, onAny, offAny, idle } = webhooks
  const methods: KoyweListeners = { on, once, off, onAny, offAny, idle }
  return Object.assign(middleware, methods)
}
