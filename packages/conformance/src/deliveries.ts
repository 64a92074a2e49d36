import { randomUUID } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import { sign } from '@x/koywe-testkit/sign'
import type { WireRequest } from '@x/koywe-testkit/wire'
import type { Refusal } from './mount.js'

/** The secrets that a server under test accepts: the second is the one being rotated out. */
export const secrets = ['conformance-secret', 'the-secret-before'] as const

/** What the listeners of a server under test do; the event's field `test` says which. */
export type Behaviour = 'throw' | 'reject' | 'wait'

/** One delivery and the answer that every mount must give. */
export interface Delivery {
  readonly name: string
  /** Makes the request, each time for another order, so that no delivery is a duplicate. */
  request(): Omit<WireRequest, 'path'>
  readonly status: number
  /** The answer's exact body. */
  readonly body: string
  readonly retryAfter?: string
  /** How many times a listener is started. */
  readonly heard: number
  /** Why a parser may refuse it before it reaches us. */
  readonly refusal?: Refusal
}

/** A new payload in the form that Koywe documents. */
export function payload(extra: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  return {
    eventName: 'crypto_delivered',
    orderId: randomUUID(),
    timeStamp: '2022-10-26T22:36:41.658Z',
    ...extra,
  }
}

/** Signs with the first of the secrets, unless another is named. */
export function signed(value: object, secret: string = secrets[0]): string {
  return sign(value, secret)
}

/** A POST of JSON. */
export function post(body: string | Uint8Array, headers: Record<string, string> = {}) {
  return { body, headers: { 'Content-Type': 'application/json', ...headers } }
}

const received = '{"received":true}'
const refusal = (code: string): string => JSON.stringify({ error: code })

function accepted(
  name: string,
  request: Delivery['request'],
  rest: Partial<Delivery> = {},
): Delivery {
  return { name, request, status: 200, body: received, heard: 1, ...rest }
}

function refused(
  name: string,
  status: number,
  code: string,
  request: Delivery['request'],
  rest: Partial<Delivery> = {},
): Delivery {
  return { name, request, status, body: refusal(code), heard: 0, ...rest }
}

const nested = (levels: number): string => `${'['.repeat(levels)}${']'.repeat(levels)}`

/** Every delivery whose answer does not depend on another one. */
export const deliveries: readonly Delivery[] = [
  accepted('signed as documented', () => post(signed(payload()))),
  accepted('signed with the secret being rotated out', () => post(signed(payload(), secrets[1]))),
  accepted('pretty-printed on the way', () =>
    post(JSON.stringify(JSON.parse(signed(payload())), null, 2)),
  ),
  accepted('an unknown event name', () => post(signed(payload({ eventName: 'order_teleported' })))),
  accepted('an unknown event with only a name', () => post(signed({ eventName: 'ping' }))),
  accepted('externalId, unknown fields and nesting', () =>
    post(signed(payload({ externalId: 'A-1', later: { deep: [1, null, { a: false }] } }))),
  ),
  accepted('externalId null', () => post(signed(payload({ externalId: null })))),
  accepted('emoji, ñ, €, markup and a lone surrogate', () =>
    post(signed(payload({ note: '🪝 ñ € </script>   \ud83d' }))),
  ),
  accepted('chunked', () => ({ ...post(signed(payload())), chunked: true })),
  ...['nonsense', '/', 'application/', 'a b/c', ''].map((type) =>
    accepted(`Content-Type: ${type || 'empty'}`, () =>
      post(signed(payload()), { 'Content-Type': type }),
    ),
  ),
  accepted('Content-Encoding: identity', () =>
    post(signed(payload()), { 'Content-Encoding': 'identity' }),
  ),
  accepted(
    'a field named __proto__',
    () => post(signed(JSON.parse('{"eventName":"ping","__proto__":{"admin":true}}'))),
    { refusal: '__proto__' },
  ),
  refused('no signature', 401, 'missing_signature', () => post(JSON.stringify(payload()))),
  refused('signature null', 401, 'missing_signature', () =>
    post(JSON.stringify({ ...payload(), signature: null })),
  ),
  refused('signature empty', 401, 'missing_signature', () =>
    post(JSON.stringify({ ...payload(), signature: '' })),
  ),
  refused('signed with another secret', 401, 'invalid_signature', () =>
    post(signed(payload(), 'not the secret')),
  ),
  refused('signed with an empty secret', 401, 'invalid_signature', () =>
    post(signed(payload(), '')),
  ),
  refused('a field changed', 401, 'invalid_signature', () =>
    post(signed(payload()).replace('crypto_delivered', 'crypto_tx_failed')),
  ),
  refused('a field added', 401, 'invalid_signature', () =>
    post(signed(payload()).replace('{', '{"amount":1000000,')),
  ),
  refused('a key twice, the forged value last', 401, 'invalid_signature', () =>
    post(signed(payload()).replace('"signature"', '"orderId":"forged","signature"')),
  ),
  refused('fields in another order', 401, 'invalid_signature', () => {
    const { eventName, ...rest } = JSON.parse(signed(payload()))
    return post(JSON.stringify({ ...rest, eventName }))
  }),
  refused('signature in upper case', 401, 'invalid_signature', () =>
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
    { refusal: '__proto__' },
  ),
  refused('invalid UTF-8', 401, 'invalid_signature', () =>
    post(Buffer.from(signed(payload({ note: '@' })).replace('"@"', '"\xff\xfe"'), 'latin1')),
  ),
  refused('signed, but eventName is a number', 400, 'invalid_payload', () =>
    post(signed(payload({ eventName: 7 }))),
  ),
  refused('signed, but without eventName', 400, 'invalid_payload', () =>
    post(signed({ orderId: 'x' })),
  ),
  refused('signed, but orderId is an object', 400, 'invalid_payload', () =>
    post(signed(payload({ orderId: {} }))),
  ),
  refused('signed, but timeStamp is missing', 400, 'invalid_payload', () =>
    post(signed({ eventName: 'crypto_delivered', orderId: 'x' })),
  ),
  refused('signed, but externalId is a list', 400, 'invalid_payload', () =>
    post(signed(payload({ externalId: [] }))),
  ),
  refused('the other API: its header', 400, 'payments_webhook', () =>
    post('{"id":"evt_1"}', { 'Koywe-Signature': 'a'.repeat(64) }),
  ),
  refused('the other API: its shape', 400, 'payments_webhook', () =>
    post('{"id":"evt_1","type":"order.paid","data":{"status":"PAID"}}'),
  ),
  refused('not JSON', 400, 'invalid_json', () => post('eventName=crypto_delivered'), {
    refusal: 'malformed',
  }),
  refused('truncated JSON', 400, 'invalid_json', () => post(signed(payload()).slice(0, -1)), {
    refusal: 'malformed',
  }),
  refused('60 KiB of open brackets', 400, 'invalid_json', () => post('['.repeat(60 * 1024)), {
    refusal: 'malformed',
  }),
  refused('30,000 nested arrays', 400, 'invalid_json', () => post(nested(30_000))),
  refused('a field 65 levels deep', 401, 'invalid_signature', () =>
    post(signed(payload({ deep: JSON.parse(nested(64)) }))),
  ),
  accepted('a field that makes it 64 levels deep', () =>
    post(signed(payload({ deep: JSON.parse(nested(63)) }))),
  ),
  refused('10,000 nested objects', 401, 'invalid_signature', () =>
    post(`${'{"a":'.repeat(10_000)}0${'}'.repeat(10_000)}`),
  ),
  refused('a field 30,000 levels deep', 401, 'invalid_signature', () =>
    post(`{"eventName":"ping","deep":${nested(30_000)},"signature":"${'a'.repeat(64)}"}`),
  ),
  refused('an array', 400, 'invalid_json', () => post(`[${signed(payload())}]`)),
  refused('null', 400, 'invalid_json', () => post('null'), { refusal: 'primitive' }),
  refused('true', 400, 'invalid_json', () => post('true'), { refusal: 'primitive' }),
  refused('a number', 400, 'invalid_json', () => post('42'), { refusal: 'primitive' }),
  refused('a JSON string', 400, 'invalid_json', () => post('"crypto_delivered"'), {
    refusal: 'primitive',
  }),
  refused('an empty object with a space in it', 401, 'missing_signature', () => post('{ }')),
  refused('an empty object with a line end in it', 401, 'missing_signature', () => post('{\n}')),
  refused('an empty object after a byte order mark', 401, 'missing_signature', () =>
    post('\ufeff{}'),
  ),
  refused('an empty body', 400, 'invalid_json', () => post('')),
  refused('over the limit by its Content-Length', 413, 'body_too_large', () =>
    post(signed(payload({ note: 'x'.repeat(66_000) }))),
  ),
  refused(
    'a signature of 1 MB',
    413,
    'body_too_large',
    () => post(JSON.stringify({ ...payload(), signature: 'a'.repeat(1_000_000) })),
    { refusal: 'large' },
  ),
  refused('over the limit in chunks', 413, 'body_too_large', () => ({
    ...post(signed(payload({ note: 'x'.repeat(66_000) }))),
    chunked: true,
  })),
  refused('gzip', 415, 'unsupported_encoding', () =>
    post(gzipSync(signed(payload())), { 'Content-Encoding': 'gzip' }),
  ),
  refused(
    'a listener that throws',
    500,
    'handler_failed',
    () => post(signed(payload({ test: 'throw' satisfies Behaviour }))),
    { heard: 1 },
  ),
  refused(
    'a listener that rejects',
    500,
    'handler_failed',
    () => post(signed(payload({ test: 'reject' satisfies Behaviour }))),
    { heard: 1 },
  ),
  refused(
    'a listener that outlasts timeoutMs',
    503,
    'timeout',
    () => post(signed(payload({ test: 'wait' satisfies Behaviour }))),
    { heard: 1, retryAfter: '5' },
  ),
]
