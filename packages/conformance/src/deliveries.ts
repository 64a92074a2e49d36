import { randomUUID } from 'node:crypto'
import { badDeliveries } from '@x/koywe-core/testing'
import { sign } from '@x/koywe-testkit/sign'
import type { WireRequest } from '@x/koywe-testkit/wire'
import type { Kept, Refusal } from './mount.js'

/** The secrets that a server under test accepts: the second is the one being rotated out. */
export const secrets = ['conformance-secret', 'the-secret-before'] as const

/** What the listeners of a server under test do; the event's field `test` says which. */
export type Behaviour = 'throw' | 'reject' | 'wait'

/** A request to a receiver. */
export type Request = Omit<WireRequest, 'path'>

/** One delivery and the answer that every mount must give. */
export interface Delivery {
  readonly name: string
  /** Makes the request, each time for another event, so that no delivery is a duplicate. */
  request(): Request
  readonly status: number
  /** The answer's exact body. */
  readonly body: string
  readonly retryAfter?: string
  /** How many times a listener is started. */
  readonly heard: number
  /** Why a parser may refuse it before it reaches us. */
  readonly refusal?: Refusal | undefined
  /** What a mount must at least keep of a body to give this answer; with less, `body_consumed`. Default: what the API needs. */
  readonly needs?: Kept
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

/** A delivery that is handled. */
export function accepted(
  name: string,
  request: Delivery['request'],
  rest: Partial<Delivery> = {},
): Delivery {
  return { name, request, status: 200, body: received, heard: 1, ...rest }
}

/** A delivery that is refused. */
export function refused(
  name: string,
  status: number,
  code: string,
  request: Delivery['request'],
  rest: Partial<Delivery> = {},
): Delivery {
  return { name, request, status, body: refusal(code), heard: 0, ...rest }
}

/** Empty brackets inside each other. */
export const nested = (levels: number): string => `${'['.repeat(levels)}${']'.repeat(levels)}`

/** Makes the request of a new event with these fields, signed. */
type Make = (fields?: Readonly<Record<string, unknown>>) => {
  readonly body: string | Uint8Array
  readonly headers: Readonly<Record<string, string>>
}

/** Deliveries that are good, however odd their headers. */
export function inOddFrames(make: Make): readonly Delivery[] {
  const withHeader = (name: string, value: string) => () => {
    const { body, headers } = make()
    return { body, headers: { ...headers, [name]: value } }
  }
  return [
    accepted('chunked', () => ({ ...make(), chunked: true })),
    // No parser takes these for JSON, so the bytes are still there.
    ...['nonsense', '/', 'application/', 'a b/c', ''].map((type) =>
      accepted(`Content-Type: ${type || 'empty'}`, withHeader('Content-Type', type), {
        needs: 'value',
      }),
    ),
    accepted('Content-Encoding: identity', withHeader('Content-Encoding', 'identity')),
  ]
}

/** Deliveries whose listener fails. */
export function ofFailingListeners(make: Make): readonly Delivery[] {
  const failing = (test: Behaviour) => () => make({ test })
  return [
    refused('a listener that throws', 500, 'handler_failed', failing('throw'), { heard: 1 }),
    refused('a listener that rejects', 500, 'handler_failed', failing('reject'), { heard: 1 }),
    refused('a listener that outlasts timeoutMs', 503, 'timeout', failing('wait'), {
      heard: 1,
      retryAfter: '5',
    }),
  ]
}

/** Every delivery of the ramp API whose answer does not depend on another one. */
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
  ...inOddFrames((fields) => post(signed(payload(fields)))),
  accepted(
    'a field named __proto__',
    () => post(signed(JSON.parse('{"eventName":"ping","__proto__":{"admin":true}}'))),
    { refusal: '__proto__' },
  ),
  accepted('a field that makes it 64 levels deep', () =>
    post(signed(payload({ deep: JSON.parse(nested(63)) }))),
  ),
  ...badDeliveries.map(({ name, status, code, request, parserMayRefuse }) =>
    refused(name, status, code, () => request(secrets[0], sign), { refusal: parserMayRefuse }),
  ),
  ...ofFailingListeners((fields) => post(signed(payload(fields)))),
]
