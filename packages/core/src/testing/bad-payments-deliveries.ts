import { randomUUID } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import type { KoyweErrorCode } from '../errors.js'
import type { BadDelivery, DeliveryRequest } from './bad-deliveries.js'
import { signEvent } from './sign-event.js'
import { signPayments } from './sign-payments.js'

/** Sends that body with a signature over it, unless another signature is given. */
type Post = (
  body: string | Uint8Array,
  headers?: Readonly<Record<string, string | undefined>>,
) => DeliveryRequest

function refused(
  name: string,
  status: number,
  code: KoyweErrorCode,
  make: (post: Post, secret: string) => DeliveryRequest,
  rest?: Pick<BadDelivery, 'parserMayRefuse'>,
): BadDelivery {
  return {
    name,
    api: 'payments',
    status,
    code,
    request: (secret) => make((body, headers) => signed(body, secret, headers), secret),
    ...rest,
  }
}

function signed(
  body: string | Uint8Array,
  secret: string,
  headers: Readonly<Record<string, string | undefined>> = {},
): DeliveryRequest {
  const all = {
    'Content-Type': 'application/json',
    'Koywe-Signature': signPayments(body, secret),
    ...headers,
  }
  const given = Object.entries(all).filter((entry): entry is [string, string] => !!entry[1])
  return { body, headers: Object.fromEntries(given) }
}

const signature = 'Koywe-Signature'

function text(extra: Readonly<Record<string, unknown>> = {}): string {
  return JSON.stringify({ id: `evt_${randomUUID()}`, type: 'order.paid', ...extra })
}

const nested = (levels: number): string => `${'['.repeat(levels)}${']'.repeat(levels)}`

/**
 * Deliveries that every receiver of the Payments API with default options must refuse, each with the answer that it must get. No
 * listener may hear of one. `deliver` plays a row.
 */
export const badPaymentsDeliveries: readonly BadDelivery[] = [
  refused('no Koywe-Signature', 401, 'missing_signature', (post) =>
    post(text(), { [signature]: undefined }),
  ),
  refused('signed with another secret', 401, 'invalid_signature', (_post, secret) =>
    signed(text(), `not ${secret}`),
  ),
  refused('a byte changed', 401, 'invalid_signature', (post) => {
    const { headers, body } = post(text())
    return { headers, body: `${body}`.replace('order.paid', 'order.pa1d') }
  }),
  refused('written in another way', 401, 'invalid_signature', (post) => {
    const { headers, body } = post(text())
    return { headers, body: JSON.stringify(JSON.parse(`${body}`), null, 2) }
  }),
  refused('signature in upper case', 401, 'invalid_signature', (_post, secret) => {
    const body = text()
    return signed(body, secret, { [signature]: signPayments(body, secret).toUpperCase() })
  }),
  refused('signature with a prefix', 401, 'invalid_signature', (_post, secret) => {
    const body = text()
    return signed(body, secret, { [signature]: `sha256=${signPayments(body, secret)}` })
  }),
  refused('the secret instead of a signature', 401, 'invalid_signature', (_post, secret) =>
    signed(text(), secret, { [signature]: encodeURIComponent(secret) }),
  ),
  refused('signed as the ramp API does', 400, 'ramp_webhook', (_post, secret) => ({
    headers: { 'Content-Type': 'application/json' },
    body: signEvent(
      {
        eventName: 'crypto_delivered',
        orderId: randomUUID(),
        timeStamp: '2022-10-26T22:36:41.658Z',
      },
      secret,
    ),
  })),
  refused('signed, but not JSON', 400, 'invalid_json', (post) => post('type=order.paid'), {
    parserMayRefuse: 'malformed',
  }),
  refused('signed, but an array', 400, 'invalid_json', (post) => post(`[${text()}]`)),
  refused('signed, but null', 400, 'invalid_json', (post) => post('null'), {
    parserMayRefuse: 'primitive',
  }),
  refused('signed, but without type', 400, 'invalid_payload', (post) => post('{"id":"evt_1"}')),
  refused('signed, but type is a number', 400, 'invalid_payload', (post) => post('{"type":7}')),
  refused('signed, but 30,000 levels deep', 400, 'invalid_payload', (post) =>
    post(`{"type":"order.paid","deep":${nested(30_000)}}`),
  ),
  refused('over the limit', 413, 'body_too_large', (post) =>
    post(text({ note: 'x'.repeat(66_000) })),
  ),
  refused('over the limit in chunks', 413, 'body_too_large', (post) => ({
    ...post(text({ note: 'x'.repeat(66_000) })),
    chunked: true,
  })),
  refused('gzip', 415, 'unsupported_encoding', (post) =>
    post(gzipSync(text()), { 'Content-Encoding': 'gzip' }),
  ),
]
