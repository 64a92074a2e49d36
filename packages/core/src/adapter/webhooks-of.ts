import type { Secrets } from '../ramp/signature.js'
import {
  createKoyweWebhooks,
  type KoyweListeners,
  type KoyweWebhooks,
  type KoyweWebhooksOptions,
} from '../webhooks/webhooks.js'

/**
 * Makes a receiver of what a user gave to an adapter: secrets, or a receiver that was made elsewhere.
 *
 * @throws {TypeError} like {@link createKoyweWebhooks}, and when settings are given along with a finished receiver.
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
    'A finished receiver keeps its settings: give `limit`, `timeoutMs`, `logger` and `dedupe` to createKoyweWebhooks.',
  )
}

/** Gives a middleware the methods of its receiver, so that it is the emitter of its own events. */
export function withListeners<T extends object>(
  middleware: T,
  webhooks: KoyweWebhooks,
): T & KoyweListeners {
  const { on, once, off, onAny, offAny, idle } = webhooks
  const methods: KoyweListeners = { on, once, off, onAny, offAny, idle }
  return Object.assign(middleware, methods)
}
