import { deepStrictEqual } from 'node:assert/strict'
import { Readable } from 'node:stream'
import { isDeepStrictEqual } from 'node:util'
import { signatureOf } from '@x/koywe-testkit/sign'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { readBody } from '../../src/adapter.js'
import { type Body, createKoyweWebhooks } from '../../src/index.js'
import { requestOf } from '../requests.js'

const numRuns = process.env.CI ? 10_000 : 1_000
const timeout = 600_000

const secret = 'a secret of the properties: ñ 🔐'

const heard: object[] = []
const webhooks = createKoyweWebhooks(secret, { dedupe: false, logger: false }).onAny((event) =>
  heard.push(event),
)
/** Kept bytes are read first, so nothing is ever read from this stream. */
const unread = new Readable()

/** Sends bytes and returns the status and what the listeners received. */
async function deliver(bytes: Uint8Array) {
  heard.length = 0
  const request = requestOf(undefined)
  const body = (limit: number) => readBody({ stream: unread, rawBody: bytes }, limit)
  const { status } = await webhooks.handle({ ...request, body })
  return { status, event: heard[0] }
}

/** Any code unit, so that half surrogate pairs occur as well as whole ones. */
const text = fc.string({
  unit: fc.oneof(
    fc.integer({ min: 0, max: 0xffff }).map((unit) => String.fromCharCode(unit)),
    fc.integer({ min: 0xd800, max: 0xdfff }).map((unit) => String.fromCharCode(unit)),
    fc.integer({ min: 0x1f300, max: 0x1f6ff }).map((point) => String.fromCodePoint(point)),
    fc.constantFrom(...'"\\/<>aZ0 \u2028\u0000\u001f\u007f\ufeffñ€'),
  ),
  maxLength: 8,
})
const name = fc.oneof(
  { weight: 4, arbitrary: text },
  fc.constantFrom('__proto__', 'constructor', 'toJSON', 'hasOwnProperty', 'then', 'externalid'),
  fc.nat(20).map(String),
)
const scalar = fc.oneof(text, fc.double(), fc.integer(), fc.boolean(), fc.constant(null))
const value = fc.letrec((tie) => ({
  any: fc.oneof(
    { maxDepth: 2 },
    { weight: 3, arbitrary: scalar },
    fc.array(tie('any'), { maxLength: 3 }),
    // `fromEntries` creates a field `__proto__`; an assignment would set the prototype.
    fc.array(fc.tuple(name, tie('any')), { maxLength: 3 }).map(Object.fromEntries),
  ),
})).any

const reserved = ['eventName', 'orderId', 'timeStamp', 'externalId', 'signature']
const otherFields = fc.array(
  fc.tuple(
    name.filter((key) => !reserved.includes(key)),
    value,
  ),
  { maxLength: 4 },
)

/** Shuffles entries. */
function reorder<T>(entries: readonly T[], order: number): T[] {
  const rank = (entry: T): number => ((entries.indexOf(entry) + 1) * order) % 10_007
  return entries.toSorted((one, other) => rank(one) - rank(other))
}

const order = fc.integer({ min: 1, max: 10_006 })

/** The fields of an event, documented and others, in any order. */
const eventEntries = fc
  .tuple(
    fc.oneof(fc.constant('crypto_delivered'), text.filter(Boolean)),
    text,
    text,
    fc.option(fc.oneof(text, fc.constant(null)), { nil: undefined }),
    otherFields,
    order,
  )
  .map(([eventName, orderId, timeStamp, externalId, others, order]) => {
    const entries: [string, unknown][] = [
      ['eventName', eventName],
      ['orderId', orderId],
      ['timeStamp', timeStamp],
      ...others,
    ]
    if (externalId !== undefined) entries.push(['externalId', externalId])
    return reorder(entries, order)
  })

const event = eventEntries.map((entries): object => Object.fromEntries(entries))

/** One way to tamper with a signed body: bytes in, bytes out. */
type Mutation = (body: Buffer) => Buffer

const onFields =
  (change: (entries: [string, unknown][]) => [string, unknown][]): Mutation =>
  (body) =>
    Buffer.from(JSON.stringify(Object.fromEntries(change(Object.entries(JSON.parse(`${body}`))))))

const mutation: fc.Arbitrary<Mutation> = fc.oneof(
  fc.tuple(fc.nat(), fc.nat(7)).map(
    ([at, bit]): Mutation =>
      (body) => {
        const changed = Buffer.from(body)
        const place = at % body.length
        changed.writeUInt8(changed.readUInt8(place) ^ (1 << bit), place)
        return changed
      },
  ),
  fc
    .tuple(fc.nat(), value)
    .map(([at, other]) =>
      onFields((entries) =>
        entries.map(([key, old], index) => [key, index === at % entries.length ? other : old]),
      ),
    ),
  fc
    .tuple(fc.nat(), name, value)
    .map(([at, key, added]) =>
      onFields((entries) => entries.toSpliced(at % (entries.length + 1), 0, [key, added])),
    ),
  fc
    .nat()
    .map((at) =>
      onFields((entries) => entries.filter((_, index) => index !== at % entries.length)),
    ),
  fc
    .tuple(fc.nat(), name)
    .map(([at, other]) =>
      onFields((entries) =>
        entries.map(([key, old], index) => [index === at % entries.length ? other : key, old]),
      ),
    ),
  fc.tuple(fc.nat(), fc.nat()).map(([from, to]) =>
    onFields((entries) => {
      const moved = entries.splice(from % entries.length, 1)
      return entries.toSpliced(to % (entries.length + 1), 0, ...moved)
    }),
  ),
)

it(
  `accepts no mutation of a signed body under the old signature, in ${numRuns} runs`,
  async () => {
    let refused = 0
    const property = fc.asyncProperty(event, mutation, async (payload, mutate) => {
      const original = JSON.stringify(payload)
      const body = Buffer.from(
        JSON.stringify({ ...payload, signature: signatureOf(payload, secret) }),
      )
      const { status, event } = await deliver(mutate(body))
      if (status !== 200) {
        refused++
        expect(event).toBeUndefined()
        return
      }
      // If it was accepted, the listeners received exactly what was signed.
      expect(JSON.stringify(event)).toBe(original)
    })
    await fc.assert(property, { numRuns })
    // Some mutations change nothing, such as moving a field to its own place, but most must.
    expect(refused).toBeGreaterThan(numRuns * 0.75)
  },
  timeout,
)

it(
  `accepts every object signed as the page says and hands it over equal, in ${numRuns} runs`,
  async () => {
    const property = fc.asyncProperty(event, async (payload) => {
      const original = JSON.stringify(payload)
      const body = JSON.stringify({ ...payload, signature: signatureOf(payload, secret) })
      const { status, event } = await deliver(Buffer.from(body))
      expect(status).toBe(200)
      expect(isDeepStrictEqual(event, JSON.parse(original))).toBe(true)
      // The text has every key in its place, at every depth.
      expect(JSON.stringify(event)).toBe(original)
    })
    await fc.assert(property, { numRuns })
  },
  timeout,
)

it(
  'accepts the same fields in whatever order they are signed, and only in that order',
  async () => {
    const property = fc.asyncProperty(eventEntries, order, async (entries, order) => {
      const one: object = Object.fromEntries(entries)
      const other: object = Object.fromEntries(reorder(entries, order))
      for (const [payload, signed] of [
        [one, one],
        [other, other],
        [one, other],
      ] as const) {
        const body = JSON.stringify({ ...payload, signature: signatureOf(signed, secret) })
        const same = JSON.stringify(payload) === JSON.stringify(signed)
        expect((await deliver(Buffer.from(body))).status).toBe(same ? 200 : 401)
      }
    })
    await fc.assert(property, { numRuns: numRuns / 10 })
  },
  timeout,
)

it(
  'accepts an event at whatever place its signature stands and however its JSON is spaced',
  async () => {
    const property = fc.asyncProperty(
      event,
      fc.nat(),
      fc.constantFrom(undefined, 1, 2, '\t'),
      async (payload, at, space) => {
        const entries = Object.entries(payload)
        const signature: [string, string] = ['signature', signatureOf(payload, secret)]
        const signed = Object.fromEntries(
          entries.toSpliced(at % (entries.length + 1), 0, signature),
        )
        const { status, event } = await deliver(Buffer.from(JSON.stringify(signed, null, space)))
        expect(status).toBe(200)
        expect(JSON.stringify(event)).toBe(JSON.stringify(payload))
      },
    )
    await fc.assert(property, { numRuns: numRuns / 10 })
  },
  timeout,
)

it(
  'accepts an event nested to 64 levels, and answers for every deeper one',
  async () => {
    const property = fc.asyncProperty(event, fc.nat(100), async (payload, depth) => {
      const nested = JSON.parse(`${'{"a":['.repeat(depth)}1${']}'.repeat(depth)}`)
      const deep = { ...payload, nested }
      const body = JSON.stringify({ ...deep, signature: signatureOf(deep, secret) })
      const { status, event } = await deliver(Buffer.from(body))
      // The event itself is the first level, and each step nests two more.
      const isWithin = 1 + 2 * depth <= 64
      expect(status).toBe(isWithin ? 200 : 401)
      expect(JSON.stringify(event)).toBe(isWithin ? JSON.stringify(deep) : undefined)
    })
    await fc.assert(property, { numRuns: numRuns / 10 })
  },
  timeout,
)

it(
  'answers whatever bytes come, and never with success',
  async () => {
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 300 }),
      value.map((any) => Buffer.from(JSON.stringify(any))),
      otherFields.map((entries) => Buffer.from(JSON.stringify(Object.fromEntries(entries)))),
      fc.tuple(event, fc.nat()).map(([payload, cut]) => {
        const body = JSON.stringify({ ...payload, signature: signatureOf(payload, secret) })
        return Buffer.from(body.slice(0, cut % body.length))
      }),
      fc
        .tuple(event, value)
        .map(([payload, signature]) => Buffer.from(JSON.stringify({ ...payload, signature }))),
    )
    const property = fc.asyncProperty(bytes, async (body) => {
      const { status, event } = await deliver(body)
      expect(status).toBeGreaterThanOrEqual(400)
      expect(event).toBeUndefined()
    })
    await fc.assert(property, { numRuns })
  },
  timeout,
)

it(
  'answers whatever value a parser may have left, and never with success',
  async () => {
    const property = fc.asyncProperty(fc.anything(), async (body) => {
      heard.length = 0
      const { status } = await webhooks.handle(requestOf(body))
      expect(status).toBeGreaterThanOrEqual(400)
      expect(heard).toEqual([])
    })
    await fc.assert(property, { numRuns: numRuns / 10 })
  },
  timeout,
)

/** Numbers with several spellings that serialise to the same text, and one whose value has no JSON form. */
const oddNumber = fc.constantFrom(
  '1e999',
  '-1e999',
  '-0',
  '-0.0',
  '1.0',
  '1e2',
  '10E-1',
  '123456789012345678901',
)

/** Parsed values that JSON writes in another form, or not at all. */
const oddValue = fc.oneof(
  fc.constantFrom(Number.NaN, Infinity, -Infinity, -0, undefined, () => 1, Symbol('x')),
  fc.date({ noInvalidDate: true }),
  fc.uint8Array({ maxLength: 3 }),
  scalar.map((given) => ({ toJSON: () => given })),
  scalar.map((given) => Object.defineProperty({}, 'got', { enumerable: true, get: () => given })),
  fc.constant(new Map([[1, 2]])),
  fc.array(fc.constantFrom(undefined, -0, Number.NaN), { maxLength: 3 }),
)

it(
  'hands over exactly what JSON.parse(delivery.signedText) gives, for text, bytes and objects of a parser',
  async () => {
    const handed: { event: unknown; signedText: string }[] = []
    const receiver = createKoyweWebhooks(secret, { dedupe: false, logger: false }).onAny(
      (event, { signedText }) => handed.push({ event, signedText }),
    )
    const expectExact = async (body: Body) => {
      handed.length = 0
      const { status } = await receiver.handle({ ...requestOf(''), body: async () => body })
      expect(status).toBe(200)
      const [delivery] = handed
      // Node's own comparison, because a field may be called `constructor`.
      deepStrictEqual(delivery?.event, JSON.parse(delivery?.signedText ?? ''))
    }

    const ofTexts = fc.asyncProperty(
      fc.array(oddNumber, { maxLength: 4 }),
      fc.boolean(),
      async (numbers, signatureFirst) => {
        const fields = `"eventName":"ping","numbers":[${numbers.join(',')}]`
        const signature = `"signature":"${signatureOf(JSON.parse(`{${fields}}`), secret)}"`
        const text = signatureFirst ? `{${signature},${fields}}` : `{${fields},${signature}}`
        await expectExact({ text })
        await expectExact({ bytes: Buffer.from(text) })
        await expectExact({ value: JSON.parse(text) })
      },
    )
    await fc.assert(ofTexts, { numRuns: numRuns / 10 })

    const ofObjects = fc.asyncProperty(otherFields, fc.array(oddValue), async (entries, odd) => {
      const payload = { eventName: 'ping', ...Object.fromEntries(entries), odd }
      await expectExact({ value: { ...payload, signature: signatureOf(payload, secret) } })
      await expectExact({ value: { signature: signatureOf(payload, secret), ...payload } })
    })
    await fc.assert(ofObjects, { numRuns: numRuns / 10 })
  },
  timeout,
)
