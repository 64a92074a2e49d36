import type { IncomingHttpHeaders } from 'node:http'
import { KoyweError } from '../errors.js'
import { quote } from '../log/quote.js'

/**
 * Refuses a request whose headers show that its body is unreadable, before reading it.
 *
 * @throws {KoyweError} `unsupported_encoding`, `body_too_large`.
 */
export function checkHeaders(headers: IncomingHttpHeaders, limit: number): void {
  // Platforms that are not Node may give a list.
  const encoding: unknown = headers['content-encoding']
  if (encoding !== undefined && String(encoding).toLowerCase() !== 'identity') {
    throw new KoyweError(
      'unsupported_encoding',
      `The body's Content-Encoding is ${quote(encoding)}. Koywe sends none: does a proxy compress requests?`,
    )
  }
  if (Number(headers['content-length']) > limit) throw tooLarge(limit)
}

/** @throws {TypeError} when `limit` is not a whole number of bytes above 0. */
export function checkLimit(limit: number): void {
  if (Number.isSafeInteger(limit) && limit > 0) return
  throw new TypeError('`limit` must be a whole number of bytes above 0.')
}

/** The error for a body over the limit. */
export function tooLarge(limit: number): KoyweError {
  return new KoyweError(
    'body_too_large',
    `The body is over ${limit} bytes. Koywe's are much smaller; if yours are not, raise the option \`limit\`.`,
  )
}
