import { randomUUID } from 'node:crypto'
import { badPaymentsDeliveries } from '@x/koywe-core/testing'
import { signatureOfBytes } from '@x/koywe-testkit/sign'
import {
  accepted,
  type Delivery,
  inOddFrames,
  nested,
  ofFailingListeners,
  post,
  type Request,
  refused,
  secrets,
} from './deliveries.js'
import type { Kept } from './mount.js'

/** The fields of a new event about an order. */
export function orderEvent(
  fields: Readonly<Record<string, unknown>> = {},
): Record<string, unknown> {
  return {
    id: `evt_${randomUUID()}`,
    type: 'order.paid',
    data: { status: 'PAID', external_id: 'PRIVATE' },
    relationships: { self: { type: 'order', id: 'ord_1' } },
    ...fields,
  }
}

/** A POST with the signature of its bytes by the first of the secrets, unless another is named. */
export function signedPost(body: string | Uint8Array, secret: string = secrets[0]) {
  return post(body, { 'Koywe-Signature': signatureOfBytes(body, secret) })
}

const text = (fields?: Readonly<Record<string, unknown>>) => JSON.stringify(orderEvent(fields))

const withNote = (bytes: string): Buffer => {
  const [before = '', after = ''] = text({ note: '@' }).split('@')
  return Buffer.concat([Buffer.from(before), Buffer.from(bytes, 'latin1'), Buffer.from(after)])
}

/** Bodies that Koywe may sign: how a value is written does not matter, only that the bytes stay as they are. */
const good: readonly (readonly [string, () => string | Uint8Array, Partial<Delivery>?])[] = [
  ['signed as documented', text],
  ['a type alone, that nobody knows', () => `{"type":"test.${randomUUID()}"}`],
  ['pretty-printed', () => JSON.stringify(orderEvent(), null, 2)],
  ['a trailing newline', () => `${text()}\n`],
  ['escapes', () => text({ note: '@' }).replace('@', '\\u00f1\\ud83d \\/')],
  ['a key twice', () => text().replace('{', '{"type":"order.failed",')],
  ['numbers that JavaScript writes otherwise', () => text({ a: 7 }).replace(':7', ':1.50e1')],
  ['ñ, € and an emoji', () => text({ note: 'ñ € 🪝' })],
  ['a byte order mark', () => `\ufeff${text()}`, { needs: 'bytes' }],
  ['invalid UTF-8', () => withNote('\xff\xfe\xc3('), { needs: 'bytes' }],
  ['a truncated character', () => withNote('\xf0\x9f\x98'), { needs: 'bytes' }],
  [
    'a field named __proto__',
    () => text().replace('{', '{"__proto__":{"admin":true},'),
    { refusal: '__proto__' },
  ],
  ['a field that makes it 64 levels deep', () => text({ deep: JSON.parse(nested(63)) })],
]

/** What of a body a receiver needs to refuse it with that code: no bytes where its headers or its value tell, or where it has none. */
function neededFor(code: string, { body, chunked = false }: Request): Kept {
  const isTold = ['missing_signature', 'ramp_webhook', 'unsupported_encoding'].includes(code)
  return isTold || (code === 'body_too_large' && !chunked) || body === '' ? 'value' : 'text'
}

/** Every delivery of the Payments API whose answer does not depend on another one. */
export const paymentsDeliveries: readonly Delivery[] = [
  ...good.map(([name, make, rest]) => accepted(name, () => signedPost(make()), rest)),
  accepted('signed with the secret being rotated out', () => signedPost(text(), secrets[1])),
  accepted('Koywe-Signature in capitals', () => {
    const body = text()
    return post(body, { 'KOYWE-SIGNATURE': signatureOfBytes(body, secrets[0]) })
  }),
  ...inOddFrames((fields) => signedPost(text(fields))),
  ...badPaymentsDeliveries.map(({ name, status, code, request, parserMayRefuse }) =>
    refused(name, status, code, () => request(secrets[0], signatureOfBytes), {
      refusal: parserMayRefuse,
      needs: neededFor(code, request(secrets[0])),
    }),
  ),
  refused('the header twice', 401, 'invalid_signature', () => {
    const { body, headers } = signedPost(text())
    const lines = Object.entries(headers)
    return { body, headers: [...lines, ...lines.slice(-1)] }
  }),
  ...ofFailingListeners((fields) => signedPost(text(fields))),
]
