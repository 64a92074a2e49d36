import type { KoyweAuthCallbackOptions, KoyweListeners, KoyweWebhooksOptions } from '@x/koywe-core'
import type { RunningServer } from '@x/koywe-testkit/listen'
import type { Application } from './application.js'

/** What a body parser may refuse on its own, so that it never reaches us. */
export type Refusal = 'large' | 'malformed' | 'primitive' | '__proto__'

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
  /** The handler sees every request, and it alone decides by the letters of the path. */
  readonly exact: boolean
  /** Starts a server with `koyweWebhooks` on a free port of 127.0.0.1, in an application of its own where one is given. */
  startWebhooks(
    secrets: readonly string[],
    options: KoyweWebhooksOptions,
    application?: Application,
  ): Promise<WebhookServer>
  /** Starts a server with `koyweAuthCallback` on a free port of 127.0.0.1. */
  startAuthCallback(options: KoyweAuthCallbackOptions): Promise<RunningServer>
}

/** A server that receives webhooks, and the object to add listeners to. */
export interface WebhookServer extends RunningServer {
  readonly webhooks: KoyweListeners
}
