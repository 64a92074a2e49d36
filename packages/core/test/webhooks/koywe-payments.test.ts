import { hash } from 'node:crypto'
import { createGate } from '@x/koywe-testkit/gate'
import { createMemoryLog } from '@x/koywe-testkit/memory-log'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { receiverOf } from '../../src/adapter.js'
import { storedKey } from '../../src/dedupe/stored-form.js'
import { deliveryChannel, processChannel } from '../../src/http/channels.js'
import {
  type Body,
  createKoywePayments,
  createKoyweWebhooks,
  createMemoryDedupeStore,
  type DedupeStore,
  type Delivery,
  type HttpRequest,
  type KoyweDeliveryContext,
  type KoywePayments,
  type KoyweProcessContext,
  koyweChannels,
} from '../../src/index.js'
import { signEvent } from '../../src/testing.js'
import { orderEvent, secret, signatureOf, signedRequest } from '../payments/deliveries.js'
import { requestOf, signedEvent } from '../requests.js'

const received = { status: 200, received: true }
const duplicate = { ...received, duplicate: true }

async function answerOf({ handle }: Pick<KoywePayments, 'handle'>, request: HttpRequest) {
  const { status, body } = await handle(request)
  return { status, ...JSON.parse(body) }
}

/** Sends a body and reads the answer. */
const send = (payments: KoywePayments, bytes: string | Uint8Array, signature?: string) =>
  answerOf(payments, signedRequest(bytes, signature))

/** The answer and what the log says of it. */
async function explained(request: HttpRequest, secrets: string | readonly string[] = secret) {
  const logger = createMemoryLog()
  const answer = await answerOf(createKoywePayments(secrets, { logger }), request)
  expect(logger.lines).toHaveLength(1)
  return { ...answer, line: logger.lines[0] ?? '' }
}

afterEach(() => {
  vi.restoreAllMocks()
})

describe('createKoywePayments', () => {
  it.each([[undefined], [''], ['  '], [[]], [['good', '']]])(
    'throws a TypeError that says what to set, for the secret %j',
    (secrets) => {
      // What plain JavaScript may pass.
      expect(() => createKoywePayments(secrets as string)).toThrow(TypeError)
      expect(() => createKoywePayments(secrets as string)).toThrow('KOYWE_PAYMENTS_SECRET')
    },
  )

  it('refuses unknown options, and options beside an existing receiver', () => {
    expect(() => createKoywePayments(secret, { dedup: false } as object)).toThrow('`dedupe`')
    const receiver = createKoywePayments(secret)
    expect(receiverOf(createKoywePayments, receiver, {})).toBe(receiver)
    expect(() => receiverOf(createKoywePayments, receiver, { limit: 1 })).toThrow(
      'createKoywePayments',
    )
  })
})

describe('a delivery', () => {
  it('is identified by the id of its event, or else by the digest of its bytes', async () => {
    const ids: string[] = []
    const payments = createKoywePayments(secret, { logger: false })
    payments.onAny((_event, { id }) => ids.push(id))
    const without = [
      '{"type":"webhook.ping"}',
      '{"type":"webhook.ping","id":""}',
      '{"type":"webhook.ping","id":7}',
      '{"type":"webhook.ping","id":null}',
    ]
    for (const body of [orderEvent({ id: 'evt_7' }), ...without]) {
      expect(await send(payments, body)).toEqual(received)
      expect(await send(payments, body)).toEqual(duplicate)
    }
    expect(ids).toEqual(['evt_7', ...without.map((body) => hash('sha256', body))])
  })

  it('with the id of another one is a duplicate, whatever its bytes and whichever secret signed it', async () => {
    const payments = createKoywePayments([secret, 'old'], { logger: false })
    const heard = vi.fn()
    payments.on('order.paid', heard)
    const body = orderEvent()
    expect(await send(payments, body, signatureOf(body, 'old'))).toEqual(received)
    const pretty = JSON.stringify(JSON.parse(body), null, 2)
    expect(await send(payments, pretty)).toEqual(duplicate)
    expect(heard).toHaveBeenCalledTimes(1)
  })

  it('of an order that nobody here knows, of an unknown type or without a listener is answered 200', async () => {
    const payments = createKoywePayments(secret, { logger: false })
    for (const fields of [
      { id: 'a' },
      { id: 'b', type: 'policy.changed' },
      { id: 'c', data: null },
    ]) {
      expect(await send(payments, orderEvent(fields))).toEqual(received)
    }
  })

  it('is a duplicate at every documented retry, and when it is replayed after days', async () => {
    let now = 0
    const dedupe = createMemoryDedupeStore({ now: () => now })
    const payments = createKoywePayments(secret, { dedupe, logger: false })
    const heard = vi.fn()
    payments.on('order.paid', heard)
    expect(await send(payments, orderEvent())).toEqual(received)
    const minute = 60_000
    const hour = 60 * minute
    for (const gap of [minute, 5 * minute, 15 * minute, hour, 6 * hour, 24 * hour, 5 * 24 * hour]) {
      now += gap
      expect(await send(payments, orderEvent())).toEqual(duplicate)
    }
    expect(heard).toHaveBeenCalledTimes(1)
  })

  it('whose listener fails is answered 500, and its retry is handled', async () => {
    const payments = createKoywePayments(secret, { logger: false })
    let failing = true
    payments.on('order.paid', () => {
      if (failing) throw new Error('no database')
    })
    expect(await send(payments, orderEvent())).toEqual({ status: 500, error: 'handler_failed' })
    failing = false
    expect(await send(payments, orderEvent())).toEqual(received)
  })

  it('whose listener is slow is answered 503, and is done once the listener is', async () => {
    const payments = createKoywePayments(secret, { logger: false, timeoutMs: 20 })
    const gate = createGate()
    let signal: AbortSignal | undefined
    payments.on('order.paid', (_event, delivery) => {
      signal = delivery.signal
      return gate.promise
    })
    expect(await send(payments, orderEvent())).toEqual({ status: 503, error: 'timeout' })
    expect(signal?.aborted).toBe(true)
    expect(await send(payments, orderEvent())).toEqual({ status: 503, error: 'in_progress' })
    gate.open()
    await payments.idle()
    expect(await send(payments, orderEvent())).toEqual(duplicate)
  })
})

describe('in the dedupe store', () => {
  it('no event of one API passes for one of the other, whatever its id', async () => {
    const dedupe = createMemoryDedupeStore()
    const webhooks = createKoyweWebhooks('core-test-secret', { dedupe, logger: false })
    const payments = createKoywePayments(secret, { dedupe, logger: false })
    let ramp: Delivery | undefined
    webhooks.onAny((_event, delivery) => {
      ramp = delivery
    })
    const copy = createKoyweWebhooks('core-test-secret', { dedupe: false, logger: false })
    copy.onAny((_event, delivery) => {
      ramp = delivery
    })
    await copy.handle(requestOf(signedEvent()))
    expect(await send(payments, orderEvent({ id: ramp?.id }))).toEqual(received)
    const answer = await webhooks.handle(requestOf(signedEvent()))
    expect(JSON.parse(answer.body)).toEqual({ received: true })
  })

  it('a handled event is forgotten under the key of its API, and is handled again', async () => {
    const dedupe = createMemoryDedupeStore()
    const payments = createKoywePayments(secret, { dedupe, logger: false })
    const event = orderEvent({ id: 'evt_forgotten' })
    expect(await send(payments, event)).toEqual(received)
    expect(await dedupe.forget('evt_forgotten')).toBe('unknown')
    expect(await send(payments, event)).toEqual(duplicate)
    expect(await dedupe.forget('payments:evt_forgotten')).toBe('forgotten')
    expect(await send(payments, event)).toEqual(received)
  })

  it('ids of any length and characters stay apart, as keys that every engine takes', async () => {
    const keys: string[] = []
    const store = createMemoryDedupeStore()
    const dedupe: DedupeStore = {
      claim(key) {
        keys.push(key)
        return store.claim(key)
      },
    }
    const payments = createKoywePayments(secret, { dedupe, logger: false })
    const ids = [
      '1',
      ' 1',
      '1\u0000',
      '\ud800',
      '\ud801',
      'ñ',
      'n\u0303',
      'x'.repeat(9_000),
      '🪝',
      'sha256:1',
    ]
    for (const id of ids) expect(await send(payments, orderEvent({ id }))).toEqual(received)
    expect(keys).toEqual(ids.map((id) => `payments:${id}`))
    const stored = keys.map(storedKey)
    expect(new Set(stored).size).toBe(ids.length)
    for (const key of stored) expect(key).toMatch(/^[\x21-\x7e]{1,200}$/)
  })
})

describe('the log says of a refused delivery', () => {
  const body = orderEvent({ note: 'ñ' })
  const good = signatureOf(body)

  it('that the header is missing', async () => {
    const answer = await explained(signedRequest(body, ''))
    expect(answer).toMatchObject({ status: 401, error: 'missing_signature' })
    expect(answer.line).toMatch(/no Koywe-Signature header.* has removed the header\. \(POST /)
  })

  it.each([
    ['came in upper case', good.toUpperCase(), /correct, but.*lower-case/],
    ['came in quotes', `"${good}"`, /correct, but.*quotes/],
    ['came with a prefix', `sha256=${good}`, /correct, but.*`sha256=`/],
    ['came with white space', ` ${good} `, /correct, but/],
    [
      'came twice',
      `${good}, ${good}`,
      /header Koywe-Signature, which came more than once, is not 64/,
    ],
    ['is not ASCII', 'ñ'.repeat(32), /not 64 hexadecimal/],
    ['is too short', good.slice(0, 63), /header Koywe-Signature is not 64 hexadecimal/],
    ['is very long', 'a'.repeat(60_000), /not 64 hexadecimal/],
    ['was made with another secret', signatureOf(body, 'another'), /None of your secrets/],
    ['was made with an empty secret', signatureOf(body, ''), /None of your secrets/],
    ['covers other bytes', signatureOf(`${body}\n`), /None of your secrets/],
  ])('that the signature %s', async (_what, signature, sentence) => {
    const answer = await explained(signedRequest(body, signature))
    expect(answer).toMatchObject({ status: 401, error: 'invalid_signature' })
    expect(answer.line).toMatch(sentence)
    expect(answer.line).not.toMatch(/[0-9a-f]{20}|evt_1|ñ|core-payments/i)
  })

  it('that the header is a list, and accepts a list of one', async () => {
    const listed = (list: string[]): HttpRequest => {
      const request = signedRequest(body)
      return { ...request, headers: { ...request.headers, 'koywe-signature': list } }
    }
    expect((await explained(listed([good, good]))).line).toContain('more than once')
    const payments = createKoywePayments(secret, { logger: false })
    expect(await answerOf(payments, listed([good]))).toEqual(received)
  })

  it.each([[` ${secret}`], [`${secret}\n`], [`"${secret}"`]])(
    'that the secret has something around it: %j',
    async (secrets) => {
      const { line } = await explained(signedRequest(body), secrets)
      expect(line).toContain('without the white space or quotes around it')
    },
  )

  it('that the signature covers the values, and not the bytes', async () => {
    const pretty = JSON.stringify(JSON.parse(body), null, 2)
    const { line } = await explained(signedRequest(pretty, signatureOf(body)))
    expect(line).toContain('as JSON.stringify writes it')
  })

  it('that something modified the bytes, when their number differs from Content-Length', async () => {
    const bytes = Buffer.from(`${body}x`)
    const { line } = await explained(signedRequest(body, good, { bytes }))
    expect(line).toContain('something modified it on the way')
  })

  it('that no secret made the signature, where the length is right or was not sent', async () => {
    for (const kept of [{ bytes: Buffer.from(body) }, { text: body }]) {
      const request = signedRequest(body, signatureOf(`${body}\n`), kept)
      const { 'content-length': _, ...chunked } = request.headers
      for (const headers of [request.headers, chunked]) {
        const answer = await explained({ ...request, headers })
        expect(answer).toMatchObject({ status: 401, error: 'invalid_signature' })
        expect(answer.line).toContain('None of your secrets')
      }
    }
  })

  it.each<[string, Body]>([
    ['only the parsed value', { value: JSON.parse(body) }],
    ['a text that is not byte for byte what came', { text: `${body} ` }],
  ])('how to keep the bytes, where a parser has kept %s', async (what, kept) => {
    for (const [cure, sentence] of [
      ['Here is the cure.', /signs the bytes of the body\. Here is the cure\. \(/],
      [undefined, /signs the bytes of the body\. Mount this middleware before it\. \(/],
    ] as const) {
      const answer = await explained(signedRequest(body, good, { ...kept, ...(cure && { cure }) }))
      expect(answer).toMatchObject({ status: 500, error: 'body_consumed' })
      expect(answer.line).toContain(`has kept ${what}, but`)
      expect(answer.line).toMatch(sentence)
    }
  })

  it('what is wrong with a signed body', async () => {
    const nested = (levels: number) => `${'['.repeat(levels)}${']'.repeat(levels)}`
    for (const [bad, error, sentence] of [
      ['', 'invalid_json', 'not JSON'],
      ['{"type":', 'invalid_json', 'not JSON'],
      ['[{"type":"order.paid"}]', 'invalid_json', 'not a JSON object'],
      ['null', 'invalid_json', 'not a JSON object'],
      ['{"id":"evt_1"}', 'invalid_payload', '`type`'],
      ['{"type":"order.paid","id":7}', 'invalid_payload', '`id`'],
      [`{"type":"order.paid","deep":${nested(64)}}`, 'invalid_payload', 'deeper than 64'],
      [nested(65), 'invalid_json', 'deeper than 64'],
    ] as const) {
      const answer = await explained(signedRequest(bad))
      expect(answer).toMatchObject({ status: 400, error })
      expect(answer.line).toContain(sentence)
    }
    const payments = createKoywePayments(secret, { logger: false })
    const deep = `{"type":"order.paid","deep":${nested(63)}}`
    expect(await send(payments, deep)).toEqual(received)
  })

  it('nothing more than once a minute, while it is not verified', async () => {
    const logger = createMemoryLog()
    const payments = createKoywePayments(secret, { logger })
    for (let time = 0; time < 5; time++) await send(payments, body, 'a'.repeat(64))
    expect(logger.lines).toHaveLength(1)
  })

  it('nothing in lines of its own, whatever its sender writes', async () => {
    const logger = createMemoryLog()
    const payments = createKoywePayments(secret, { logger }).onAny(() => {
      throw new Error('x')
    })
    await send(payments, orderEvent({ id: 'a\nforged \u202e', type: 'b\nforged' }))
    await send(payments, orderEvent({ id: 'i'.repeat(5_000) }))
    await send(payments, body, 'a\nforged line')
    expect(logger.lines).toHaveLength(3)
    for (const line of logger.lines) {
      expect(line).not.toMatch(/[\n\u202e]/)
      expect(line.length).toBeLessThan(600)
    }
    expect(logger.lines[1]).toContain('(event "order.paid", order "ord_1", delivery "iii')
  })
})

describe('a mix-up of the two APIs', () => {
  const ramp = signedEvent()

  it('is explained to who receives ramp webhooks with createKoywePayments', async () => {
    const stranger = await explained(signedRequest(ramp, ''))
    expect(stranger).toMatchObject({ status: 400, error: 'ramp_webhook' })
    expect(stranger.line).toMatch(/koyweWebhooks \(or createKoyweWebhooks\)/)
    expect(stranger.line).not.toContain('Your secret made')
    const own = await explained(signedRequest(ramp, ''), 'core-test-secret')
    expect(own).toMatchObject({ status: 400, error: 'ramp_webhook' })
    expect(own.line).toContain('Your secret made the `signature` in the body')
    const value: Body = { value: JSON.parse(ramp) }
    const parsed = await explained(signedRequest(ramp, '', value), 'core-test-secret')
    expect(parsed).toMatchObject({ status: 400, error: 'ramp_webhook' })
    expect(parsed.line).toContain('Your secret made')
  })

  it('is explained to who signs Payments events inside the body', async () => {
    const body = signEvent(JSON.parse(orderEvent()), secret)
    const unsigned = await explained(signedRequest(body, ''))
    expect(unsigned).toMatchObject({ status: 401, error: 'missing_signature' })
    expect(unsigned.line).toContain('Your secret made the `signature` in the body')
    const wrong = await explained(signedRequest(body, 'a'.repeat(64)))
    expect(wrong).toMatchObject({ status: 401, error: 'invalid_signature' })
    expect(wrong.line).toContain('not the one in the header')
  })

  it('is explained to who receives Payments webhooks with createKoyweWebhooks', async () => {
    for (const [by, recognised] of [
      [secret, true],
      ['another', false],
    ] as const) {
      const logger = createMemoryLog()
      const body = orderEvent()
      const request = signedRequest(body, signatureOf(body, by))
      const answer = await createKoyweWebhooks(secret, { logger }).handle(request)
      expect(answer).toMatchObject({ status: 400, body: '{"error":"payments_webhook"}' })
      expect(logger.lines).toEqual([
        expect.stringMatching(/koywePayments \(or createKoywePayments\)/),
      ])
      expect(logger.lines[0]?.includes('Your secret made')).toBe(recognised)
    }
  })

  it('is explained to who signs ramp events in the header', async () => {
    const logger = createMemoryLog()
    const body = '{"eventName":"crypto_delivered","orderId":"o-1","timeStamp":"t"}'
    const { status } = await createKoyweWebhooks(secret, { logger }).handle(signedRequest(body))
    expect(status).toBe(401)
    expect(logger.lines[0]).toMatch(
      /missing_signature.*header Koywe-Signature, which is how the Pay/,
    )
  })
})

describe('a refusal', () => {
  it('of a bad signature parses nothing and signs once, unless it is logged', async () => {
    const payments = createKoywePayments(secret, { logger: false })
    const parse = vi.spyOn(JSON, 'parse')
    const { status } = await payments.handle(signedRequest(orderEvent(), 'a'.repeat(64)))
    expect(status).toBe(401)
    expect(parse).not.toHaveBeenCalled()
  })

  it('comes before the body is read, where the headers decide', async () => {
    const payments = createKoywePayments(secret, { logger: false, limit: 100 })
    const body = () => expect.fail('was read')
    for (const headers of [{ 'content-length': '101' }, { 'content-encoding': 'gzip' }]) {
      const { status } = await payments.handle({ ...requestOf('', headers), body })
      expect(status).toBeGreaterThanOrEqual(413)
    }
  })

  it('of a ramp webhook is bounded in size and depth', async () => {
    const payments = createKoywePayments(secret, { logger: false })
    const deep = `{"eventName":"x","a":${'['.repeat(30_000)}${']'.repeat(30_000)}}`
    expect(await send(payments, deep, '')).toEqual({ status: 401, error: 'missing_signature' })
    const value = { eventName: 'x', a: 'x'.repeat(70_000) }
    const request = signedRequest('{}', '', { value })
    expect(await answerOf(payments, request)).toMatchObject({ error: 'missing_signature' })
  })
})

it('the channels have the api, the type as the name, and the id of the order', async () => {
  const seen: (KoyweDeliveryContext | KoyweProcessContext)[] = []
  const note = (message: unknown) => {
    seen.push(message as KoyweDeliveryContext) // what the channels publish
  }
  const subscribers = { start() {}, end() {}, asyncStart() {}, error() {}, asyncEnd: note }
  deliveryChannel.subscribe(subscribers)
  processChannel.subscribe(subscribers)
  try {
    const payments = createKoywePayments(secret, { logger: false })
    payments.on('order.paid', () => {})
    await send(payments, orderEvent())
    await send(payments, orderEvent(), 'a'.repeat(64))
    await createKoyweWebhooks('core-test-secret', { logger: false }).handle(
      requestOf(signedEvent()),
    )
  } finally {
    deliveryChannel.unsubscribe(subscribers)
    processChannel.unsubscribe(subscribers)
  }
  expect(koyweChannels.delivery).toBe('koywe:delivery')
  const known = {
    api: 'payments',
    eventName: 'order.paid',
    orderId: 'ord_1',
    deliveryId: 'evt_1',
    occurredAt: undefined,
    secretIndex: 0,
  }
  const [processed, delivered, refused, rampProcessed, ramp] = seen
  expect(processed).toMatchObject(known)
  expect(delivered).toMatchObject({ ...known, status: 200, duplicate: false })
  expect(delivered?.event).toEqual(JSON.parse(orderEvent()))
  expect(JSON.stringify(delivered)).not.toContain('external_id')
  expect(refused).toMatchObject({ api: 'payments', status: 401, code: 'invalid_signature' })
  expect(rampProcessed).toMatchObject({ api: 'ramp', eventName: 'crypto_delivered' })
  expect(ramp).toMatchObject({ api: 'ramp', eventName: 'crypto_delivered', status: 200 })
})

it('warns once per known type without a listener, and of an old secret', async () => {
  const logger = createMemoryLog()
  const payments = createKoywePayments([secret, 'old'], { logger })
  for (const id of ['1', '2']) await send(payments, orderEvent({ id }))
  expect(logger.lines).toEqual([expect.stringContaining('no listener for "order.paid"')])
  await send(payments, orderEvent({ id: '3', type: 'merchant.created' }))
  const body = orderEvent({ id: '4' })
  await send(payments, body, signatureOf(body, 'old'))
  expect(logger.lines).toHaveLength(2)
  expect(logger.lines[1]).toContain('an old secret (secretIndex 1;')
})
