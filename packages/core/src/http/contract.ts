import type { IncomingHttpHeaders } from 'node:http'
import type { Logger } from '../log/logger.js'

/** A request's body as it was found: the bytes that came, their text, or the value that a parser has already made of them. */
export type Body =
  | { readonly bytes: Uint8Array }
  | { readonly text: string }
  | { readonly value: unknown }

/** What an adapter hands to the core: one request in its neutral form. */
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
   * @param limit The most bytes to read.
   * @throws {KoyweError} `body_too_large`, `body_consumed`, `body_aborted`.
   */
  body(limit: number): Promise<Body>
  /** The framework's own log of this request, used when the `logger` option is not set. */
  readonly logger?: Logger
}

/** What the core wants answered. The adapter sends it as it is. */
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
