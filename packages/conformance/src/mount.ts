import type { KoyweReceiver, KoyweWebhooksOptions } from '@x/koywe-core'

/** What a body parser may refuse by itself, so that it never reaches us. */
export type Refusal = 'large' | 'malformed' | 'primitive' | '__proto__'

/** One way to put the middleware into a framework's application. */
export interface WebhookMount {
  /** The framework with its major version, and how it is mounted. */
  readonly name: string
  /** Where it answers there. */
  readonly path: string
  /** What the parser in front refuses; nothing when no one reads the body before. */
  readonly parser?: readonly Refusal[] | undefined
  /** Starts a server on a free port of 127.0.0.1. */
  start(secrets: readonly string[], options: KoyweWebhooksOptions): Promise<RunningServer>
}

/** A server that a mount has started. */
export interface RunningServer {
  readonly port: number
  readonly webhooks: KoyweReceiver
  close(): Promise<void>
}
