import type { Secrets } from '../ramp/signature.js'
import {
  createKoyweWebhooks,
  type KoyweListeners,
  type KoyweWebhooks,
  type KoyweWebhooksOptions,
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
  const { limit, timeoutMs, logger, dedupe } = options
  if (typeof source !== 'object' || source === null || !('handle' in source)) {
    // Without the options that only the adapter knows.
    return createKoyweWebhooks(source, { limit, timeoutMs, logger, dedupe } as KoyweWebhooksOptions)
  }
  if ([limit, timeoutMs, logger, dedupe].every((setting) => setting === undefined)) return source
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
