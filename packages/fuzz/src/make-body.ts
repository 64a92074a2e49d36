import type { Body } from '@x/koywe-core'
import type { Bytes } from './bytes.js'
import { secrets, signatureOf } from './judge.js'

const names = [
  'note',
  '__proto__',
  'constructor',
  'toJSON',
  'signature',
  'externalId',
  'type',
  'data',
] as const
const tooDeep = `${'['.repeat(70)}${']'.repeat(70)}`
const fragments = [
  tooDeep,
  'null',
  '-0',
  '1e400',
  '[]',
  '{"a":1}',
  'true',
  '0.1',
  '"\\ud800"',
] as const

/** Makes a body: noise, a genuine delivery, or one that was changed after it had been signed. */
export function makeBody(bytes: Bytes): Body {
  const kind = bytes.pick(['text', 'bytes', 'value'])
  switch (bytes.below(4)) {
    case 0:
      return bodyOf(kind, bytes.rest())
    case 1:
      return bodyOf(kind, genuine(bytes))
    case 2:
      return bodyOf(kind, changed(genuine(bytes), bytes))
    default:
      return { value: hostile(bytes) }
  }
}

function bodyOf(kind: 'text' | 'bytes' | 'value', bytes: Buffer): Body {
  if (kind === 'bytes') return { bytes }
  const text = bytes.toString()
  if (kind === 'text') return { text }
  try {
    return { value: JSON.parse(text) }
  } catch {
    return { value: text }
  }
}

/** A delivery as Koywe writes it, with fields of the fuzzer's choice. */
export function genuine(bytes: Bytes): Buffer {
  const fields = [
    `"eventName":${JSON.stringify(bytes.pick(['crypto_delivered', 'payment_received', 'a_new_one', '']))}`,
    `"orderId":${bytes.pick(['"order-1"', '7', 'null'])}`,
    '"timeStamp":"2026-01-01T00:00:00.000Z"',
  ]
  for (let more = bytes.below(4); more > 0; more--) {
    const value =
      bytes.below(2) === 0 ? bytes.pick(fragments) : JSON.stringify(bytes.some().toString())
    fields.push(`${JSON.stringify(bytes.pick(names))}:${value}`)
  }
  const received = fields.join()
  const { signature: _, ...payload } = JSON.parse(`{${received}}`)
  const signature = signatureOf(JSON.stringify(payload), bytes.pick([...secrets, 'another']))
  // Koywe's sender writes what JSON.stringify writes; another sender may write the same values in another way, such as -0.
  const isRewritten = bytes.below(2) === 0
  return Buffer.from(
    isRewritten
      ? JSON.stringify({ ...payload, signature })
      : `{${received},"signature":"${signature}"}`,
  )
}

/** Changes, inserts, removes or repeats bytes, up to four times. */
function changed(body: Buffer, bytes: Bytes): Buffer {
  let result = body
  for (let more = 1 + bytes.below(4); more > 0; more--) {
    const at = (bytes.below(256) * 256 + bytes.below(256)) % (result.length + 1)
    const [before, after] = [result.subarray(0, at), result.subarray(at)]
    const removed = bytes.below(4)
    const repeats = bytes.below(8) === 0 ? [after.subarray(0, 80)] : []
    result = Buffer.concat([before, ...repeats, bytes.some(), after.subarray(removed)])
  }
  return result
}

/** A value such as no JSON parser makes, signed or not. */
function hostile(bytes: Bytes): unknown {
  const cyclic: Record<string, unknown> = { eventName: 'crypto_delivered' }
  cyclic.self = cyclic
  let deep: unknown = 0
  for (let levels = bytes.below(256); levels > 0; levels--) deep = levels % 2 ? { deep } : [deep]
  const odd = bytes.pick([
    cyclic,
    deep,
    1n,
    new Date(0),
    new Map([['a', 1]]),
    { toJSON: () => 'other' },
    {
      toJSON: () => {
        throw new Error('toJSON')
      },
    },
    new Proxy(
      {},
      {
        ownKeys: () => {
          throw new Error('ownKeys')
        },
      },
    ),
    Object.defineProperty({}, 'a', {
      enumerable: true,
      get: () => {
        throw new Error('get')
      },
    }),
    Symbol('odd'),
    () => {},
    undefined,
    Number.NaN,
  ])
  const value: Record<string, unknown> = JSON.parse(genuine(bytes).toString())
  switch (bytes.below(4)) {
    case 0:
      return odd
    case 1:
      return { ...value, signature: odd }
    case 2:
      return { ...value, orderId: odd }
    default:
      return signOdd(value, odd)
  }
}

/** What a sender would sign who wrote such a value: JSON has another form for it. */
function signOdd({ signature, ...payload }: Record<string, unknown>, odd: unknown): unknown {
  const value = { ...payload, odd }
  try {
    return { ...value, signature: signatureOf(JSON.stringify(value)) }
  } catch {
    return { ...value, signature }
  }
}
