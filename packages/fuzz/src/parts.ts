import type { Bytes } from './bytes.js'

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
  '12345678901234567890',
  '[]',
  '{"a":1}',
  'true',
  '0.1',
  '"\\ud800"',
] as const

/** Up to three fields that no event needs. */
export function moreFields(bytes: Bytes): string[] {
  return Array.from({ length: bytes.below(4) }, () => {
    const value =
      bytes.below(2) === 0 ? bytes.pick(fragments) : JSON.stringify(bytes.some().toString())
    return `${JSON.stringify(bytes.pick(names))}:${value}`
  })
}

/** Changes, inserts, removes or repeats bytes, up to four times. */
export function changed(body: Buffer, bytes: Bytes): Buffer {
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

/** A value such as no JSON parser makes. */
export function oddValue(bytes: Bytes): unknown {
  const cyclic: Record<string, unknown> = { eventName: 'crypto_delivered' }
  cyclic.self = cyclic
  let deep: unknown = 0
  for (let levels = bytes.below(256); levels > 0; levels--) deep = levels % 2 ? { deep } : [deep]
  return bytes.pick([
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
}
