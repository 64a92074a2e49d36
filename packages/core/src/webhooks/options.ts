import type { DedupeStore } from '../dedupe/store.js'
import type { Logger } from '../log/logger.js'

/** Options of a receiver. */
export interface KoyweWebhooksOptions {
  /** The largest body to read, in bytes. Default: 65,536. */
  readonly limit?: number
  /**
   * Time limit for one delivery, in milliseconds. When it runs out, the sender gets a 503 and should retry; listeners keep running,
   * and their success still counts. Koywe documents 5 seconds for its Payments API, and no limit for the ramp API. Default: 5000.
   */
  readonly timeoutMs?: number
  /** Receives messages meant for the developer; `false` silences them. Default: the framework's logger of the request, or `console`. */
  readonly logger?: Logger | false
  /** Remembers handled events; `false` turns deduplication off. Default: a memory store. */
  readonly dedupe?: DedupeStore | false
}

/** The names of {@link KoyweWebhooksOptions}, for adapters that have options of their own beside them. */
export const webhooksOptions = [
  'limit',
  'timeoutMs',
  'logger',
  'dedupe',
] as const satisfies readonly (keyof KoyweWebhooksOptions)[]
