import { type KoyweErrorCode, statusOf } from '../errors.js'
import type { HttpResponse } from './contract.js'

/** Creates an answer with `value` as JSON. Forbids caching. */
export function jsonResponse(
  status: number,
  value: unknown,
  headers?: Readonly<Record<string, string>>,
): HttpResponse {
  const body = JSON.stringify(value)
  return {
    status,
    headers: {
      'content-type': 'application/json; charset=utf-8',
      'content-length': String(Buffer.byteLength(body)),
      'cache-control': 'no-store',
      ...headers,
    },
    body,
  }
}

const retryAfterSeconds = '5'

/** The headers that belong to a code. */
export function errorHeaders(code: KoyweErrorCode): Record<string, string> {
  if (statusOf(code) === 503) return { 'retry-after': retryAfterSeconds }
  // The rest of the upload is still coming, so the connection cannot serve another request.
  if (code === 'body_timeout') return { connection: 'close' }
  return {}
}

const answers = new Map<KoyweErrorCode, HttpResponse>()

/** The answer to a refused webhook: its code and nothing else. */
export function answerTo(code: KoyweErrorCode): HttpResponse {
  const existing = answers.get(code)
  if (existing) return existing
  const answer = jsonResponse(statusOf(code), { error: code }, errorHeaders(code))
  answers.set(code, answer)
  return answer
}
