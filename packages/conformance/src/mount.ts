import type { KoyweEmitter, KoyweWebhooksOptions } from '@x/koywe-core'

/**
 * What stands in front of the handler and reads the body: nothing, something that keeps bytes or text, a JSON parser,
 * or a JSON parser that takes only objects and arrays. A JSON parser answers malformed JSON by itself.
 */
export type Parser = 'none' | 'keeps-text' | 'json' | 'strict-json'

/** One way to put the middleware into a framework's application. */
export interface WebhookMount {
  /** The framework with its major version, and how it is mounted. */
  readonly name: string
  /** Where it answers there. */
  readonly path: string
  readonly parser: Parser
  /** Starts a server on a free port of 127.0.0.1. */
  start(secrets: readonly string[], options: KoyweWebhooksOptions): Promise<RunningServer>
}

/** A server that a mount has started. */
export interface RunningServer {
  readonly port: number
  readonly webhooks: KoyweEmitter
  close(): Promise<void>
}
