import { createHmac } from 'node:crypto'
import type { Body, HttpRequest } from '../../src/index.js'
import { requestOf } from '../requests.js'

/** The secret for tests that need only one. */
export const secret = 'core-payments-secret'

/** Signs bytes by Node's own crypto alone, as Koywe documents it. */
export function signatureOf(bytes: string | Uint8Array, by: string = secret): string {
  return createHmac('sha256', by).update(bytes).digest('hex')
}

/** A request as adapters pass it, signed unless another signature is given. */
export function signedRequest(
  bytes: string | Uint8Array,
  signature: string | undefined = signatureOf(bytes),
  body: Body = { bytes: Buffer.from(bytes) },
): HttpRequest {
  const headers = {
    'content-length': String(Buffer.byteLength(bytes)),
    ...(signature !== '' && { 'koywe-signature': signature }),
  }
  return {
    ...requestOf(undefined, headers),
    url: '/webhooks/koywe-payments',
    body: async () => body,
  }
}

/** The body of an event about an order. Each `id` makes a different event. */
export function orderEvent(fields: Readonly<Record<string, unknown>> = {}): string {
  return JSON.stringify({
    id: 'evt_1',
    type: 'order.paid',
    data: { status: 'PAID', external_id: 'A-1' },
    relationships: { self: { type: 'order', id: 'ord_1' } },
    ...fields,
  })
}
