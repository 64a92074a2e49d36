import { randomUUID } from 'node:crypto'
import { badDeliveries } from '@x/koywe-core/testing'
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
  accepted('a field that makes it 64 levels deep', () =>
    post(signed(payload({ deep: JSON.parse(nested(63)) }))),
  ),
  ...badDeliveries.map(({ name, status, code, request, parserMayRefuse }) =>
    refused(
      name,
      status,
      code,
      () => request(secrets[0], sign),
      parserMayRefuse && { refusal: parserMayRefuse },
    ),
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
