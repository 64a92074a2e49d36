import type {
  KoyweAuthCallbackOptions,
  KoyweListeners,
  KoywePaymentsListeners,
  KoyweWebhooksOptions,
} from '@x/koywe-core'
import type { RunningServer } from '@x/koywe-testkit/listen'
import type { Application } from './application.js'

/** What a body parser may refuse on its own, so that it never reaches us. */
export type Refusal = 'large' | 'malformed' | 'primitive' | '__proto__'

/** What is left of a body on its way: its bytes, a text of them, or only what a parser made of it. */
export type Kept = 'bytes' | 'text' | 'value'

/** One way to put a handler into a framework's application. */
export interface Mount {
  /** The framework with its major version, and how the handler is mounted. */
  readonly name: string
  /** The framework with its major version. */
  readonly framework: string
  /** The path where a handler with this default path answers on this mount. */
  pathOf(defaultPath: string): string
  /** What the parser in front refuses; empty without one. */
  readonly parser?: readonly Refusal[] | undefined
  /** What the parser in front keeps. */
  readonly keeps: Kept
  /** The handler sees every request, and it alone decides by the letters of the path. */
  readonly exact: boolean
  /** Starts a server with `koyweWebhooks` on a free port of 127.0.0.1, in an application of its own where one is given. */
  startWebhooks(
    secrets: readonly string[],
    options: KoyweWebhooksOptions,
    application?: Application,
  ): Promise<WebhookServer>
  /** Starts a server with `koywePayments` on this mount, and `koyweWebhooks` beside it in the same application, on its default path. */
  startPayments(
    secrets: readonly string[],
    options: KoyweWebhooksOptions,
    application?: Application,
  ): Promise<PaymentsServer>
  /** Starts a server with `koyweAuthCallback` on a free port of 127.0.0.1. */
  startAuthCallback(options: KoyweAuthCallbackOptions): Promise<RunningServer>
}

/** A server that receives webhooks, and the object to add listeners to. */
export interface WebhookServer extends RunningServer {
  readonly webhooks: KoyweListeners
}

/** A server that receives the webhooks of both APIs. */
export interface PaymentsServer extends WebhookServer {
  readonly payments: KoywePaymentsListeners
}
