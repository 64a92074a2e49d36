import { randomUUID } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import { signatureOfBytes } from '@x/koywe-testkit/sign'
import type { WireRequest } from '@x/koywe-testkit/wire'
import { type Behaviour, payload, post, secrets, signed } from './deliveries.js'
import type { Kept, Refusal } from './mount.js'

/** One delivery to `koywePayments`, and the answer that every mount must give that keeps the bytes. */
export interface PaymentsDelivery {
  readonly name: string
  /** Makes the request, each time of another event. */
  request(): Omit<WireRequest, 'path'>
  readonly status: number
  /** The answer's exact body. */
  readonly body: string
  readonly retryAfter?: string
  /** How many times a listener is started. */
  readonly heard: number
  /** Why a parser may refuse it before it reaches us. */
  readonly refusal?: Refusal
  /** What a mount must at least keep to give this answer; with less, `body_consumed`. Default: text. */
  readonly needs?: Kept
}

type Rest = Partial<PaymentsDelivery>

/** A new event about an order. */
export function orderEvent(fields: Readonly<Record<string, unknown>> = {}): string {
  return JSON.stringify({
    id: `evt_${randomUUID()}`,
    type: 'order.paid',
    data: { status: 'PAID', external_id: 'PRIVATE' },
    relationships: { self: { type: 'order', id: 'ord_1' } },
    ...fields,
  })
}

/** A POST with the signature of its bytes by the first of the secrets, unless another signature is given. */
export function signedPost(
  body: string | Uint8Array,
  signature: string = signatureOfBytes(body, secrets[0]),
) {
  return post(body, { 'Koywe-Signature': signature })
}

function accepted(
  name: string,
  make: () => string | Uint8Array,
  rest: Rest = {},
): PaymentsDelivery {
  const request = () => signedPost(make())
  return { name, request, status: 200, body: '{"received":true}', heard: 1, ...rest }
}

function refused(
  name: string,
  status: number,
  code: string,
  request: PaymentsDelivery['request'],
  rest: Rest = {},
): PaymentsDelivery {
  return { name, request, status, body: JSON.stringify({ error: code }), heard: 0, ...rest }
}

const withNote = (bytes: string): Buffer => {
  const [before = '', after = ''] = orderEvent({ note: '@' }).split('@')
  return Buffer.concat([Buffer.from(before), Buffer.from(bytes, 'latin1'), Buffer.from(after)])
}
const nested = (levels: number): string => `${'['.repeat(levels)}${']'.repeat(levels)}`
const forged = (): string => signatureOfBytes(orderEvent(), 'not the secret')

/** Every delivery whose answer does not depend on another one. */
export const paymentsDeliveries: readonly PaymentsDelivery[] = [
  accepted('signed as documented', orderEvent),
  accepted('a type alone, that nobody knows', () => `{"type":"test.${randomUUID()}"}`),
  accepted('pretty-printed', () => JSON.stringify(JSON.parse(orderEvent()), null, 2)),
  accepted('a trailing newline', () => `${orderEvent()}\n`),
  accepted('escapes', () => orderEvent({ note: '@' }).replace('@', '\\u00f1\\ud83d \\/')),
  accepted('a key twice', () => orderEvent().replace('{', '{"type":"order.failed",')),
  accepted('numbers that JavaScript writes otherwise', () =>
    orderEvent({ amount: 7 }).replace(':7', ':1.50e1'),
  ),
  accepted('ñ, € and an emoji', () => orderEvent({ note: 'ñ € 🪝' })),
  accepted('a byte order mark', () => `\ufeff${orderEvent()}`, { needs: 'bytes' }),
  accepted('invalid UTF-8', () => withNote('\xff\xfe\xc3('), { needs: 'bytes' }),
  accepted('a truncated character', () => withNote('\xf0\x9f\x98'), { needs: 'bytes' }),
  {
    ...accepted('signed with the secret being rotated out', orderEvent),
    request: () => {
      const body = orderEvent()
      return signedPost(body, signatureOfBytes(body, secrets[1]))
    },
  },
  {
    ...accepted('chunked', orderEvent),
    request: () => ({ ...signedPost(orderEvent()), chunked: true }),
  },
  refused('no header', 401, 'missing_signature', () => post(orderEvent()), { needs: 'value' }),
  refused('an empty header', 401, 'missing_signature', () => signedPost(orderEvent(), ''), {
    needs: 'value',
  }),
  refused('signed with another secret', 401, 'invalid_signature', () =>
    signedPost(orderEvent(), forged()),
  ),
  refused('a byte added', 401, 'invalid_signature', () => {
    const body = orderEvent()
    return signedPost(`${body} `, signatureOfBytes(body, secrets[0]))
  }),
  refused('in upper case', 401, 'invalid_signature', () => {
    const body = orderEvent()
    return signedPost(body, signatureOfBytes(body, secrets[0]).toUpperCase())
  }),
  refused('with a prefix', 401, 'invalid_signature', () => {
    const body = orderEvent()
    return signedPost(body, `sha256=${signatureOfBytes(body, secrets[0])}`)
  }),
  refused('the header twice', 401, 'invalid_signature', () => {
    const body = orderEvent()
    const header = ['Koywe-Signature', signatureOfBytes(body, secrets[0])] as const
    return { body, headers: [['Content-Type', 'application/json'], header, header] }
  }),
  refused('not ASCII', 401, 'invalid_signature', () => signedPost(orderEvent(), '\xf1'.repeat(64))),
  refused('a ramp webhook', 400, 'ramp_webhook', () => post(signed(payload())), {
    needs: 'value',
  }),
  refused('signed, but not JSON', 400, 'invalid_json', () => signedPost('type=order.paid'), {
    refusal: 'malformed',
  }),
  refused('signed, but an array', 400, 'invalid_json', () => signedPost(`[${orderEvent()}]`)),
  refused('signed, but null', 400, 'invalid_json', () => signedPost('null'), {
    refusal: 'primitive',
  }),
  refused('signed, but without type', 400, 'invalid_payload', () => signedPost('{"id":"evt_1"}')),
  refused('signed, but its id is a number', 400, 'invalid_payload', () =>
    signedPost(orderEvent({ id: 7 })),
  ),
  refused('signed, but 65 levels deep', 400, 'invalid_payload', () =>
    signedPost(orderEvent({ deep: JSON.parse(nested(64)) })),
  ),
  refused(
    'unsigned, and 30,000 levels deep',
    401,
    'missing_signature',
    () => post(`{"eventName":"x","deep":${nested(30_000)}}`),
    { needs: 'value' },
  ),
  refused(
    'over the limit',
    413,
    'body_too_large',
    () => signedPost(orderEvent({ note: 'x'.repeat(66_000) })),
    { needs: 'value' },
  ),
  refused(
    'gzip',
    415,
    'unsupported_encoding',
    () => {
      const body = orderEvent()
      const headers = {
        'Content-Encoding': 'gzip',
        'Koywe-Signature': signatureOfBytes(body, secrets[0]),
      }
      return post(gzipSync(body), headers)
    },
    { needs: 'value' },
  ),
  ...(['throw', 'reject'] satisfies Behaviour[]).map((test) =>
    refused(
      `a listener that ${test}s`,
      500,
      'handler_failed',
      () => signedPost(orderEvent({ test })),
      { heard: 1 },
    ),
  ),
  refused(
    'a listener that outlasts timeoutMs',
    503,
    'timeout',
    () => signedPost(orderEvent({ test: 'wait' satisfies Behaviour })),
    { heard: 1, retryAfter: '5' },
  ),
]
