import { randomUUID } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import type { KoyweErrorCode } from '../errors.js'
import { signEvent } from './sign-event.js'

/** A POST to a receiver. */
export interface DeliveryRequest {
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | Uint8Array
  /** Sends the body in chunks, without Content-Length. */
  readonly chunked?: boolean
}

/** Why a body parser in front of a receiver may refuse a request in its own words. */
export type ParserRefusal = 'large' | 'malformed' | 'primitive' | '__proto__'

/** One delivery that must be refused, and how. */
export interface BadDelivery {
  readonly name: string
  /** The API whose receiver must refuse it. Absent for the ramp API. */
  readonly api?: 'payments'
  /** Makes the request for a receiver that has this secret. Every call makes another order. `sign` defaults to {@link signEvent}. */
  request(secret: string, sign?: Sign): DeliveryRequest
  /** The status of the answer. */
  readonly status: number
  /** The `error` in the body of the answer. */
  readonly code: KoyweErrorCode
  /** Why a body parser in front may refuse it first; then the status is another 4xx. */
  readonly parserMayRefuse?: ParserRefusal
}

type Sign = (payload: object, secret: string) => string

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

function payload(extra: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  return {
    eventName: 'crypto_delivered',
    orderId: randomUUID(),
    timeStamp: '2022-10-26T22:36:41.658Z',
    ...extra,
  }
}

function post(body: string | Uint8Array, headers: Record<string, string> = {}): DeliveryRequest {
  return { body, headers: { 'Content-Type': 'application/json', ...headers } }
}

const nested = (levels: number): string => `${'['.repeat(levels)}${']'.repeat(levels)}`

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
  refused('not JSON', 400, 'invalid_json', () => post('eventName=crypto_delivered'), {
    parserMayRefuse: 'malformed',
  }),
  refused('truncated JSON', 400, 'invalid_json', (signed) => post(signed(payload()).slice(0, -1)), {
    parserMayRefuse: 'malformed',
  }),
  refused('60 KiB of open brackets', 400, 'invalid_json', () => post('['.repeat(60 * 1024)), {
    parserMayRefuse: 'malformed',
  }),
  refused('30,000 nested arrays', 400, 'invalid_json', () => post(nested(30_000))),
  refused('a field 65 levels deep', 401, 'invalid_signature', (signed) =>
    post(signed(payload({ deep: JSON.parse(nested(64)) }))),
  ),
  refused('10,000 nested objects', 401, 'invalid_signature', () =>
    post(`${'{"a":'.repeat(10_000)}0${'}'.repeat(10_000)}`),
  ),
  refused('a field 30,000 levels deep', 401, 'invalid_signature', () =>
    post(`{"eventName":"ping","deep":${nested(30_000)},"signature":"${'a'.repeat(64)}"}`),
  ),
  refused('an array', 400, 'invalid_json', (signed) => post(`[${signed(payload())}]`)),
  refused('null', 400, 'invalid_json', () => post('null'), { parserMayRefuse: 'primitive' }),
  refused('true', 400, 'invalid_json', () => post('true'), { parserMayRefuse: 'primitive' }),
  refused('a number', 400, 'invalid_json', () => post('42'), { parserMayRefuse: 'primitive' }),
  refused('a JSON string', 400, 'invalid_json', () => post('"crypto_delivered"'), {
    parserMayRefuse: 'primitive',
  }),
  refused('an empty object with a space in it', 401, 'missing_signature', () => post('{ }')),
  refused('an empty object with a line end in it', 401, 'missing_signature', () => post('{\n}')),
  refused('an empty object after a byte order mark', 401, 'missing_signature', () =>
    post('\ufeff{}'),
  ),
  refused('an empty body', 400, 'invalid_json', () => post('')),
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
