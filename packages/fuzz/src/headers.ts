import type { IncomingHttpHeaders } from 'node:http'
import type { HttpRequest } from '@x/koywe-core'
import type { Bytes } from './bytes.js'

/** Characters that a line of a log must not have. */
const odd = 'x\u001b\n'.repeat(20)

/** Headers that receivers of both APIs look at, and one that they may not mind. */
export function makeHeaders(bytes: Bytes): IncomingHttpHeaders {
  const encoding = bytes.pick([undefined, undefined, 'identity', 'gzip', 'IDENTITY', '', odd])
  const length = bytes.pick([undefined, undefined, '10', '65537', '-1', '1e9', 'NaN'])
  const other = bytes.pick(['content-type', 'koywe-signature', 'authorization', '__proto__'])
  return {
    [other]: bytes.pick(['application/json', 'text/plain', 'multipart/form-data', 'a'.repeat(64)]),
    ...(encoding !== undefined && { 'content-encoding': encoding }),
    ...(length !== undefined && { 'content-length': length }),
  }
}

/** A request as adapters pass it. */
export function requestOf(headers: IncomingHttpHeaders, body: HttpRequest['body']): HttpRequest {
  const rawHeaders = Object.entries(headers).flatMap(([name, value = '']) =>
    [value].flat().flatMap((one) => [name, one]),
  )
  return { method: 'POST', url: '/webhooks/koywe', headers, rawHeaders, body }
}
