import type { IncomingHttpHeaders } from 'node:http'
import type { Logger } from '../log/logger.js'

/**
 * A request's body as found: the bytes, their text, or the value a parser already made of them. Without the bytes, `cure` says how
 * the application can keep them.
 */
export type Body =
  | { readonly bytes: Uint8Array }
  | { readonly text: string; readonly cure?: string | undefined }
  | { readonly value: unknown; readonly cure?: string | undefined }

/** What an adapter passes to the core: one request in neutral form. */
export interface HttpRequest {
  /** The method, in upper case. */
  readonly method: string
  /** The path and query as the client sent them. */
  readonly url: string
  /** Header names in lower case, as Node joins them. */
  readonly headers: IncomingHttpHeaders
  /** Header names and values, alternating, exactly as received. The only place where repeated headers are visible. */
  readonly rawHeaders: readonly string[]
  /**
   * Reads the body, once.
   *
   * @param limit The largest body, in bytes.
   * @throws {KoyweError} `body_too_large`, `body_consumed`, `body_aborted`.
   */
  body(limit: number): Promise<Body>
  /** The framework's logger for this request, used when the `logger` option is not set. */
  readonly logger?: Logger
}

/** The core's answer. The adapter sends it unchanged. */
export interface HttpResponse {
  readonly status: number
  /** Header names in lower case. `content-length` counts bytes. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** The contract between core and adapters: every policy (status, headers, body, limits) is behind it. */
export interface HttpHandler {
  /** Client input never makes it reject. */
  handle(request: HttpRequest): Promise<HttpResponse>
}
