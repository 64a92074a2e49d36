import { randomUUID } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import type { KoyweErrorCode } from '../errors.js'
import { nested, noObjects } from './no-objects.js'
import { signEvent } from './sign-event.js'
import type { signPayments } from './sign-payments.js'

/** A POST to a receiver. */
export interface DeliveryRequest {
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | Uint8Array
  /** Sends the body in chunks, without Content-Length. */
  readonly chunked?: boolean
}

/** Why a body parser in front of a receiver may refuse a request in its own words. */
export type ParserRefusal = 'large' | 'malformed' | 'primitive' | '__proto__'

/** One delivery that must be refused, and how. `Signed` is what its API signs: an object, or the bytes of a body. */
export interface BadDelivery<Signed = object> {
  readonly name: string
  /** The API whose receiver must refuse it. Absent for the ramp API. */
  readonly api?: 'payments'
  /**
   * Makes the request for a receiver that has this secret. Every call makes another event. `sign` defaults to {@link signEvent}, or
   * to {@link signPayments}.
   */
  request(secret: string, sign?: Sign<Signed>): DeliveryRequest
  /** The status of the answer. */
  readonly status: number
  /** The `error` in the body of the answer. */
  readonly code: KoyweErrorCode
  /** Why a body parser in front may refuse it first; then the status is another 4xx. */
  readonly parserMayRefuse?: ParserRefusal
}

/** A delivery that a receiver of either API must refuse. */
export type AnyBadDelivery = BadDelivery | BadDelivery<string | Uint8Array>

/** Signs with that secret. */
export type Sign<Signed> = (signed: Signed, secret: string) => string

/** Signs with the receiver's secret, unless another is named. */
type Signed = (payload: object, secret?: string) => string

function refused(
  name: string,
  status: number,
  code: KoyweErrorCode,
  make: (signed: Signed) => DeliveryRequest,
  rest?: Pick<BadDelivery, 'parserMayRefuse'>,
): BadDelivery {
  return {
    name,
    status,
    code,
    request: (secret, sign = signEvent) =>
      make((payload, another = secret) => sign(payload, another)),
    ...rest,
  }
}

/** A new event of the ramp API. */
export function payload(extra: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  return {
    eventName: 'crypto_delivered',
    orderId: randomUUID(),
    timeStamp: '2022-10-26T22:36:41.658Z',
    ...extra,
  }
}

/** A POST of JSON. */
export function post(
  body: string | Uint8Array,
  headers: Record<string, string> = {},
): DeliveryRequest {
  return { body, headers: { 'Content-Type': 'application/json', ...headers } }
}

/**
 * Deliveries that every receiver with default options must refuse, each with the answer that it must get. No listener may hear
 * of one. `deliver` plays a row.
 *
 * @example
 * ```ts
 * import { strictEqual } from 'node:assert'
 * import { badDeliveries, deliver } from '@x/koywe-core/testing'
 *
 * export async function refusesAll(url: string, secret: string) {
 *   for (const bad of badDeliveries) {
 *     const { status, reason } = await deliver(url, bad, { secret })
 *     strictEqual(status, bad.status, `${bad.name}: ${reason}`)
 *   }
 * }
 * ```
 */
export const badDeliveries: readonly BadDelivery[] = [
  refused('no signature', 401, 'missing_signature', () => post(JSON.stringify(payload()))),
  refused('signature null', 401, 'missing_signature', () =>
    post(JSON.stringify({ ...payload(), signature: null })),
  ),
  refused('signature empty', 401, 'missing_signature', () =>
    post(JSON.stringify({ ...payload(), signature: '' })),
  ),
  refused('signed with another secret', 401, 'invalid_signature', (signed) =>
    post(signed(payload(), 'not the secret')),
  ),
  refused('signed with an empty secret', 401, 'invalid_signature', (signed) =>
    post(signed(payload(), '')),
  ),
  refused('a field changed', 401, 'invalid_signature', (signed) =>
    post(signed(payload()).replace('crypto_delivered', 'crypto_tx_failed')),
  ),
  refused('a field added', 401, 'invalid_signature', (signed) =>
    post(signed(payload()).replace('{', '{"amount":1000000,')),
  ),
  refused('a key twice, the forged value last', 401, 'invalid_signature', (signed) =>
    post(signed(payload()).replace('"signature"', '"orderId":"forged","signature"')),
  ),
  refused('fields in another order', 401, 'invalid_signature', (signed) => {
    const { eventName, ...rest } = JSON.parse(signed(payload()))
    return post(JSON.stringify({ ...rest, eventName }))
  }),
  refused('signature in upper case', 401, 'invalid_signature', (signed) =>
    post(signed(payload()).replace(/[0-9a-f]{64}/, (hex) => hex.toUpperCase())),
  ),
  refused('signature not ASCII', 401, 'invalid_signature', () =>
    post(JSON.stringify({ ...payload(), signature: 'ñ'.repeat(32) })),
  ),
  refused('signature of 60,000 characters', 401, 'invalid_signature', () =>
    post(JSON.stringify({ ...payload(), signature: 'a'.repeat(60_000) })),
  ),
  refused('signature a number', 400, 'invalid_payload', () =>
    post(JSON.stringify({ ...payload(), signature: 42 })),
  ),
  refused('signature an array', 400, 'invalid_payload', () =>
    post(JSON.stringify({ ...payload(), signature: ['a'.repeat(64)] })),
  ),
  refused('signature an object', 400, 'invalid_payload', () =>
    post(JSON.stringify({ ...payload(), signature: { $ne: null } })),
  ),
  refused(
    '__proto__ in an unsigned body',
    401,
    'missing_signature',
    () => post('{"__proto__":{"signature":"x"},"eventName":"crypto_delivered"}'),
    { parserMayRefuse: '__proto__' },
  ),
  refused('invalid UTF-8', 401, 'invalid_signature', (signed) =>
    post(Buffer.from(signed(payload({ note: '@' })).replace('"@"', '"\xff\xfe"'), 'latin1')),
  ),
  refused('signed, but eventName is a number', 400, 'invalid_payload', (signed) =>
    post(signed(payload({ eventName: 7 }))),
  ),
  refused('signed, but without eventName', 400, 'invalid_payload', (signed) =>
    post(signed({ orderId: 'x' })),
  ),
  refused('signed, but orderId is an object', 400, 'invalid_payload', (signed) =>
    post(signed(payload({ orderId: {} }))),
  ),
  refused('signed, but timeStamp is missing', 400, 'invalid_payload', (signed) =>
    post(signed({ eventName: 'crypto_delivered', orderId: 'x' })),
  ),
  refused('signed, but externalId is a list', 400, 'invalid_payload', (signed) =>
    post(signed(payload({ externalId: [] }))),
  ),
  refused('the other API: its header', 400, 'payments_webhook', () =>
    post('{"id":"evt_1"}', { 'Koywe-Signature': 'a'.repeat(64) }),
  ),
  refused('the other API: its shape', 400, 'payments_webhook', () =>
    post('{"id":"evt_1","type":"order.paid","data":{"status":"PAID"}}'),
  ),
  ...noObjects.map(([name, body, parserMayRefuse]) =>
    refused(name, 400, 'invalid_json', () => post(body), parserMayRefuse && { parserMayRefuse }),
  ),
  refused('signed, but an array', 400, 'invalid_json', (signed) => post(`[${signed(payload())}]`)),
  refused('a field 65 levels deep', 401, 'invalid_signature', (signed) =>
    post(signed(payload({ deep: JSON.parse(nested(64)) }))),
  ),
  refused('10,000 nested objects', 401, 'invalid_signature', () =>
    post(`${'{"a":'.repeat(10_000)}0${'}'.repeat(10_000)}`),
  ),
  refused('a field 30,000 levels deep', 401, 'invalid_signature', () =>
    post(`{"eventName":"ping","deep":${nested(30_000)},"signature":"${'a'.repeat(64)}"}`),
  ),
  refused('an empty object with a space in it', 401, 'missing_signature', () => post('{ }')),
  refused('an empty object with a line end in it', 401, 'missing_signature', () => post('{\n}')),
  refused('an empty object after a byte order mark', 401, 'missing_signature', () =>
    post('\ufeff{}'),
  ),
  refused('over the limit by its Content-Length', 413, 'body_too_large', (signed) =>
    post(signed(payload({ note: 'x'.repeat(66_000) }))),
  ),
  refused(
    'a signature of 1 MB',
    413,
    'body_too_large',
    () => post(JSON.stringify({ ...payload(), signature: 'a'.repeat(1_000_000) })),
    { parserMayRefuse: 'large' },
  ),
  refused('over the limit in chunks', 413, 'body_too_large', (signed) => ({
    ...post(signed(payload({ note: 'x'.repeat(66_000) }))),
    chunked: true,
  })),
  refused('gzip', 415, 'unsupported_encoding', (signed) =>
    post(gzipSync(signed(payload())), { 'Content-Encoding': 'gzip' }),
  ),
]
