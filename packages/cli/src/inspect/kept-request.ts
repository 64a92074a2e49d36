import type { DeliveryRequest } from '@x/koywe-core/testing'
import type { DeliveryEntry } from './entries.js'
import { pickHeaders } from './kept-headers.js'

/** The request by which a delivery that was kept is sent again, with the same bytes; `undefined` where its body is not known. */
export function keptRequest({ body, headers = {} }: DeliveryEntry): DeliveryRequest | undefined {
  if (!body) return undefined
  const { 'content-length': _length, 'transfer-encoding': framing, ...kept } = pickHeaders(headers)
  return {
    headers: kept,
    body: 'text' in body ? body.text : Buffer.from(body.base64, 'base64'),
    ...(framing !== undefined && { chunked: true }),
  }
}
