import { randomUUID } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import type { KoyweErrorCode } from '../errors.js'
import {
  type BadDelivery,
  type DeliveryRequest,
  payload,
  post,
  type Sign,
} from './bad-deliveries.js'
import { nested, noObjects } from './no-objects.js'
import { signEvent } from './sign-event.js'
import { signPayments } from './sign-payments.js'

type Body = string | Uint8Array

/** The tools of a row. */
interface Making {
  readonly secret: string
  /** The signature of a body by the receiver's secret, unless another is named. */
  sign(body: Body, secret?: string): string
  /** A request with the signature of its body, unless another signature is given. */
  signed(body: Body, signature?: string): DeliveryRequest
}

function refused(
  name: string,
  status: number,
  code: KoyweErrorCode,
  make: (making: Making) => DeliveryRequest,
  parserMayRefuse?: BadDelivery['parserMayRefuse'],
): BadDelivery<Body> {
  return {
    name,
    api: 'payments',
    status,
    code,
    request(secret, signWith: Sign<Body> = signPayments) {
      const sign = (body: Body, by = secret) => signWith(body, by)
      const signed = (body: Body, signature = sign(body)) => withSignature(body, signature)
      return make({ secret, sign, signed })
    },
    ...(parserMayRefuse && { parserMayRefuse }),
  }
}

/** A request of the Payments API with that signature of its body. */
function withSignature(body: Body, signature: string): DeliveryRequest {
  return post(body, { 'Koywe-Signature': signature })
}

function text(extra: Readonly<Record<string, unknown>> = {}): string {
  return JSON.stringify({ id: `evt_${randomUUID()}`, type: 'order.paid', ...extra })
}

/**
 * Deliveries that every receiver of the Payments API with default options must refuse, each with the answer that it must get. No
 * listener may hear of one. `deliver` plays a row.
 */
export const badPaymentsDeliveries: readonly BadDelivery<Body>[] = [
  refused('no Koywe-Signature', 401, 'missing_signature', () => post(text())),
  refused('Koywe-Signature empty', 401, 'missing_signature', ({ signed }) => signed(text(), '')),
  refused('signed with another secret', 401, 'invalid_signature', ({ sign, signed }) => {
    const body = text()
    return signed(body, sign(body, 'not the secret'))
  }),
  refused('signed with an empty secret', 401, 'invalid_signature', ({ sign, signed }) => {
    const body = text()
    return signed(body, sign(body, ''))
  }),
  refused('a byte changed', 401, 'invalid_signature', ({ sign, signed }) => {
    const body = text()
    return signed(body.replace('order.paid', 'order.pa1d'), sign(body))
  }),
  refused('a byte added', 401, 'invalid_signature', ({ sign, signed }) => {
    const body = text()
    return signed(`${body} `, sign(body))
  }),
  refused('a key twice, the forged value last', 401, 'invalid_signature', ({ sign, signed }) => {
    const body = text()
    return signed(body.replace(/}$/, ',"type":"order.completed"}'), sign(body))
  }),
  refused('written in another way', 401, 'invalid_signature', ({ sign, signed }) => {
    const body = text()
    return signed(JSON.stringify(JSON.parse(body), null, 2), sign(body))
  }),
  refused('signature in upper case', 401, 'invalid_signature', ({ sign, signed }) => {
    const body = text()
    return signed(body, sign(body).toUpperCase())
  }),
  refused('signature with a prefix', 401, 'invalid_signature', ({ sign, signed }) => {
    const body = text()
    return signed(body, `sha256=${sign(body)}`)
  }),
  refused('signature twice', 401, 'invalid_signature', ({ sign, signed }) => {
    const body = text()
    return signed(body, `${sign(body)}, ${sign(body)}`)
  }),
  refused('signature not ASCII', 401, 'invalid_signature', ({ signed }) =>
    signed(text(), '\xf1'.repeat(64)),
  ),
  refused('signature of 10,000 characters', 401, 'invalid_signature', ({ signed }) =>
    signed(text(), 'a'.repeat(10_000)),
  ),
  refused('the secret instead of a signature', 401, 'invalid_signature', ({ secret, signed }) =>
    signed(text(), encodeURIComponent(secret)),
  ),
  refused('signed as the ramp API does', 400, 'ramp_webhook', ({ secret }) =>
    post(signEvent(payload(), secret)),
  ),
  refused('unsigned, and an event of the ramp API', 400, 'ramp_webhook', () =>
    post('{"eventName":"crypto_delivered"}'),
  ),
  ...noObjects.map(([name, body, parserMayRefuse]) =>
    refused(
      `signed, but ${name}`,
      400,
      'invalid_json',
      ({ signed }) => signed(body),
      parserMayRefuse,
    ),
  ),
  refused('an empty object with a space in it', 401, 'missing_signature', () => post('{ }')),
  refused('an empty object with a line end in it', 401, 'missing_signature', () => post('{\n}')),
  refused('an empty object after a byte order mark', 401, 'missing_signature', () =>
    post('\ufeff{}'),
  ),
  refused('signed, but an empty object', 400, 'invalid_payload', ({ signed }) => signed('{}')),
  refused('signed, but without type', 400, 'invalid_payload', ({ signed }) =>
    signed('{"id":"evt_1"}'),
  ),
  refused('signed, but type is a number', 400, 'invalid_payload', ({ signed }) =>
    signed('{"type":7}'),
  ),
  refused('signed, but id is a number', 400, 'invalid_payload', ({ signed }) =>
    signed(text({ id: 7 })),
  ),
  refused('signed, but data is a list', 400, 'invalid_payload', ({ signed }) =>
    signed(text({ data: [] })),
  ),
  refused(
    'signed, but type is in __proto__',
    400,
    'invalid_payload',
    ({ signed }) => signed('{"__proto__":{"type":"order.paid"}}'),
    '__proto__',
  ),
  refused('signed, but 65 levels deep', 400, 'invalid_payload', ({ signed }) =>
    signed(text({ deep: JSON.parse(nested(64)) })),
  ),
  refused('signed, but 30,000 levels deep', 400, 'invalid_payload', ({ signed }) =>
    signed(`{"type":"order.paid","deep":${nested(30_000)}}`),
  ),
  refused('unsigned, and 30,000 levels deep', 401, 'missing_signature', () =>
    post(`{"type":"order.paid","deep":${nested(30_000)}}`),
  ),
  refused('over the limit by its Content-Length', 413, 'body_too_large', ({ signed }) =>
    signed(text({ note: 'x'.repeat(66_000) })),
  ),
  refused(
    'of 1 MB',
    413,
    'body_too_large',
    ({ signed }) => signed(text({ note: 'x'.repeat(1_000_000) })),
    'large',
  ),
  refused('over the limit in chunks', 413, 'body_too_large', ({ signed }) => ({
    ...signed(text({ note: 'x'.repeat(66_000) })),
    chunked: true,
  })),
  refused('gzip', 415, 'unsupported_encoding', ({ signed }) => {
    const { headers, body } = signed(gzipSync(text()))
    return { headers: { ...headers, 'Content-Encoding': 'gzip' }, body }
  }),
]
