import { createHash } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { inspect } from 'node:util'
import { createGate } from '@x/koywe-testkit/gate'
import { createMemoryLog } from '@x/koywe-testkit/memory-log'
import { describe, expect, it } from 'vitest'
import { receiverOf } from '../../src/adapter.js'
import {
  createKoyweWebhooks,
  createMemoryDedupeStore,
  type Delivery,
  KoyweError,
  type KoyweWebhooks,
} from '../../src/index.js'
import { signEvent } from '../../src/testing.js'
import { requestOf, secret, signedEvent } from '../requests.js'

describe('createKoyweWebhooks throws a TypeError that says what to set', () => {
  it.each([[undefined], [null], [''], ['   '], [[]], [['good', '']], [42], [{}]])(
    'for the secret %j',
    (secrets) => {
      // What plain JavaScript may pass.
      for (const create of [
        () => createKoyweWebhooks(secrets as string),
        () => receiverOf(createKoyweWebhooks, secrets as string, {}),
      ]) {
        expect(create).toThrow(TypeError)
        expect(create).toThrow('KOYWE_WEBHOOK_SECRET')
      }
    },
  )

  it.each([
    ['limit', 0],
    ['limit', '64kb'],
    ['limit', Number.NaN],
    ['timeoutMs', 0],
    ['timeoutMs', '5000'],
    ['timeoutMs', Infinity],
    ['timeoutMs', 2 ** 31],
    ['timeoutMs', -1],
    ['logger', true],
    ['logger', {}],
    ['dedupe', true],
    ['dedupe', null],
    ['dedupe', {}],
    ['dedupe', new Map()],
  ])('for the option %s: %j', (name, value) => {
    expect(() => createKoyweWebhooks(secret, { [name]: value })).toThrow(TypeError)
    expect(() => createKoyweWebhooks(secret, { [name]: value })).toThrow(`\`${name}\``)
  })
})

describe('receiverOf', () => {
  it('makes a receiver from secrets and returns an existing one', () => {
    const receiver = createKoyweWebhooks(secret)
    expect(receiverOf(createKoyweWebhooks, receiver, {})).toBe(receiver)
    expect(receiverOf(createKoyweWebhooks, [secret, 'old'], { limit: 10 }).handle).toBeTypeOf(
      'function',
    )
  })

  it.each([
    ['limit', 10],
    ['timeoutMs', 10],
    ['logger', false],
    ['dedupe', false],
  ])('throws a TypeError for an existing receiver along with %s', (name, value) => {
    const receiver = createKoyweWebhooks(secret)
    expect(() => receiverOf(createKoyweWebhooks, receiver, { [name]: value })).toThrow(TypeError)
    expect(() => receiverOf(createKoyweWebhooks, receiver, { [name]: value })).toThrow(
      'createKoyweWebhooks',
    )
  })
})

/** Sends a body and reads the answer. */
async function send(webhooks: KoyweWebhooks, body: unknown = signedEvent()) {
  const { status, body: answer } = await webhooks.handle(requestOf(body))
  return { status, ...JSON.parse(answer) }
}

describe('rotation', () => {
  it('tells the listener which secret signed, and logs once that an old one is still in use', async () => {
    const logger = createMemoryLog()
    const indexes: number[] = []
    const webhooks = createKoyweWebhooks(['new', 'old', 'older'], { logger }).onAny(
      (_event, { secretIndex }) => indexes.push(secretIndex),
    )
    for (const by of ['new', 'old', 'older', 'old']) {
      const body = signEvent({ eventName: 'ping', n: indexes.length }, by)
      expect(await send(webhooks, body)).toEqual({ status: 200, received: true })
    }
    expect(indexes).toEqual([0, 1, 2, 1])
    expect(logger.lines).toEqual([expect.stringContaining('an old secret (secretIndex 1;')])
  })

  it('is not affected by later changes to the list', async () => {
    const secrets = ['new']
    const webhooks = createKoyweWebhooks(secrets, { logger: false })
    secrets[0] = 'changed'
    expect((await send(webhooks, signEvent({ eventName: 'ping' }, 'new'))).status).toBe(200)
    expect((await send(webhooks, signEvent({ eventName: 'ping' }, 'changed'))).status).toBe(401)
  })
})

describe('a delivery', () => {
  /** The delivery that a listener receives. */
  async function deliveryOf(fields: Readonly<Record<string, unknown>> = {}) {
    const handed: Delivery[] = []
    const webhooks = createKoyweWebhooks(secret, { logger: false }).onAny((_event, delivery) =>
      handed.push(delivery),
    )
    await send(webhooks, signEvent({ eventName: 'ping', ...fields }, secret))
    const [delivery] = handed
    return delivery ?? expect.fail('no delivery')
  }

  it('has the SHA-256 of the signed text as its id, whatever the store', async () => {
    const { id, signedText } = await deliveryOf({ note: 'ñ' })
    expect(signedText).toBe('{"eventName":"ping","note":"ñ"}')
    // printf '{"eventName":"ping","note":"ñ"}' | openssl dgst -sha256
    expect(id).toBe('a5a9f27fcc4249b5adc0d69ded050db35b7666f6408d54e687e3430329d08922')
    expect(id).toBe(createHash('sha256').update(signedText).digest('hex'))
  })

  it('tells when it was received and when the event occurred', async () => {
    const before = Date.now()
    const delivery = await deliveryOf({ timeStamp: '2022-10-26T22:36:41.658Z' })
    expect(delivery.occurredAt).toEqual(new Date(Date.UTC(2022, 9, 26, 22, 36, 41, 658)))
    expect(delivery.receivedAt.getTime()).toBeGreaterThanOrEqual(before)
    expect(delivery.receivedAt.getTime()).toBeLessThanOrEqual(Date.now())
  })

  it.each([['tomorrow'], [''], ['2022-99-99T00:00:00Z'], [undefined]])(
    'has no time of its event where the timeStamp is %j',
    async (timeStamp) => {
      expect((await deliveryOf({ timeStamp })).occurredAt).toBeUndefined()
    },
  )

  it('shows in a log what it is, and neither a signature, a secret nor the claim', async () => {
    const timeStamp = '2022-10-26T22:36:41.658Z'
    const delivery = await deliveryOf({ timeStamp })
    const { id, receivedAt, occurredAt, secretIndex, signedText } = delivery
    const shown = { id, receivedAt, occurredAt, secretIndex, signedText }
    expect(inspect(delivery, { compact: 3 })).toBe(`Delivery ${inspect(shown, { compact: 3 })}`)
    expect(JSON.stringify(delivery)).toBe(JSON.stringify(shown))
    const { signature } = JSON.parse(signEvent(JSON.parse(signedText), secret))
    for (const hidden of [signature, secret, 'claim'])
      expect(inspect(delivery)).not.toContain(hidden)
  })

  it('has one signal, which is not aborted', async () => {
    const delivery = await deliveryOf()
    expect(delivery.signal).toBe(delivery.signal)
    expect(delivery.signal.aborted).toBe(false)
  })
})

describe('the time limit', () => {
  /** A receiver whose listener waits for the test. */
  function setUp() {
    const gate = createGate()
    const signals: AbortSignal[] = []
    const webhooks = createKoyweWebhooks(secret, { timeoutMs: 20, logger: false }).onAny(
      (_event, { signal }) => {
        signals.push(signal)
        return gate.promise
      },
    )
    return { webhooks, gate, signals }
  }

  it('aborts the signal and asks the sender to retry', async () => {
    const { webhooks, signals, gate } = setUp()
    expect(await send(webhooks)).toEqual({ status: 503, error: 'timeout' })
    expect(signals[0]?.aborted).toBe(true)
    expect(signals[0]?.reason).toMatchObject({
      name: 'TimeoutError',
      message: 'Time ran out for this request',
    })
    gate.open()
  })

  it('has aborted a signal that is first read later', async () => {
    const gate = createGate()
    let late: AbortSignal | undefined
    const webhooks = createKoyweWebhooks(secret, { timeoutMs: 20, logger: false }).onAny(
      async (_event, delivery) => {
        await gate.promise
        late = delivery.signal
      },
    )
    expect((await send(webhooks)).status).toBe(503)
    gate.open()
    await webhooks.idle()
    expect(late).toMatchObject({ aborted: true, reason: { name: 'TimeoutError' } })
  })

  it('ends with the answer: it neither aborts the signal nor logs anything afterwards', async () => {
    const logger = createMemoryLog()
    const signals: AbortSignal[] = []
    const webhooks = createKoyweWebhooks(secret, { timeoutMs: 200, logger }).onAny(
      (_event, { signal }) => signals.push(signal),
    )
    expect((await send(webhooks)).status).toBe(200)
    await delay(250)
    expect(signals).toMatchObject([{ aborted: false }])
    expect(logger.lines).toEqual([])
  })

  it('may be as long as Node’s timers allow', async () => {
    const webhooks = createKoyweWebhooks(secret, { timeoutMs: 2 ** 31 - 1, logger: false })
    expect((await send(webhooks)).status).toBe(200)
  })

  it('is logged for every event that it concerns', async () => {
    const logger = createMemoryLog()
    const gate = createGate()
    const webhooks = createKoyweWebhooks(secret, { timeoutMs: 20, logger })
    webhooks.onAny(() => gate.promise)
    for (const orderId of ['1', '2', '3']) await send(webhooks, signedEvent({ orderId }))
    gate.open()
    const sentence = 'took longer than 20 ms.* hand their work to a queue, or raise `timeoutMs`'
    expect(logger.lines).toEqual(
      ['1', '2', '3'].map((id) => expect.stringMatching(`${sentence}.*order "${id}"`)),
    )
  })

  it('marks the event done when listeners succeed after the time limit', async () => {
    const { webhooks, gate, signals } = setUp()
    await send(webhooks)
    expect(await send(webhooks)).toEqual({ status: 503, error: 'in_progress' })
    gate.open()
    await expect
      .poll(() => send(webhooks))
      .toEqual({ status: 200, received: true, duplicate: true })
    expect(signals).toHaveLength(1)
  })

  it('lets the event be handled again when listeners fail after the time limit', async () => {
    const { webhooks, gate, signals } = setUp()
    await send(webhooks)
    gate.fail(new Error('late'))
    await expect.poll(() => send(webhooks)).toEqual({ status: 500, error: 'handler_failed' })
    expect(signals).toHaveLength(2)
  })

  it('applies to the body too', async () => {
    const logger = createMemoryLog()
    const webhooks = createKoyweWebhooks(secret, { timeoutMs: 20, logger })
    const request = { ...requestOf(''), body: () => new Promise<never>(() => {}) }
    const { status, headers, body } = await webhooks.handle(request)
    expect({ status, body }).toEqual({ status: 408, body: '{"error":"body_timeout"}' })
    expect(headers.connection).toBe('close')
    expect(logger.lines).toEqual([
      expect.stringContaining('body_timeout: The body did not arrive within 20 ms. (POST'),
    ])
  })
})

describe('handle', () => {
  it('answers for every code of a body that cannot be read', async () => {
    const webhooks = createKoyweWebhooks(secret, { logger: false })
    for (const code of ['body_consumed', 'body_aborted', 'body_too_large'] as const) {
      const error = new KoyweError(code, 'a sentence')
      const { status, body } = await webhooks.handle({
        ...requestOf(''),
        body: () => Promise.reject(error),
      })
      expect({ status, body }).toEqual({ status: error.status, body: `{"error":"${code}"}` })
    }
  })

  it('does not read the body when the headers decide', async () => {
    const webhooks = createKoyweWebhooks(secret, { logger: false, limit: 100 })
    const body = () => expect.fail('was read')
    for (const headers of [{ 'content-length': '101' }, { 'content-encoding': 'gzip' }]) {
      const { status } = await webhooks.handle({ ...requestOf('', headers), body })
      expect(status).toBeGreaterThanOrEqual(413)
    }
  })

  it('applies the same limit to a parsed value', async () => {
    const body = signedEvent({ note: 'ñ'.repeat(300) })
    const webhooks = createKoyweWebhooks(secret, { logger: false, limit: 300 })
    expect(await send(webhooks, JSON.parse(body))).toEqual({ status: 413, error: 'body_too_large' })
  })

  it('leaves the parsed value unchanged', async () => {
    const parsed = JSON.parse(signedEvent())
    const before = structuredClone(parsed)
    await send(createKoyweWebhooks(secret), Object.freeze(parsed))
    expect(parsed).toEqual(before)
  })

  it('rejects with what is not the request’s fault, for the framework to answer', async () => {
    const reason = new Error('a bug of an adapter')
    const webhooks = createKoyweWebhooks(secret, { logger: false })
    const request = { ...requestOf(''), body: () => Promise.reject(reason) }
    await expect(webhooks.handle(request)).rejects.toBe(reason)
  })

  it('answers the same when the log throws', async () => {
    const broken = () => {
      throw new Error('disk full')
    }
    const logger = { warn: broken, error: broken }
    const webhooks = createKoyweWebhooks([secret, 'old'], { logger })
    expect((await send(webhooks, signEvent({ eventName: 'ping' }, 'old'))).status).toBe(200)
    expect((await send(webhooks, '{}')).status).toBe(401)
    webhooks.onAny(broken)
    expect((await send(webhooks)).status).toBe(500)
  })

  it('writes a sentence and the error of a listener to the logger of the request', async () => {
    const logger = createMemoryLog()
    const webhooks = createKoyweWebhooks(secret).onAny(() => {
      throw new Error('no database')
    })
    const { status, body } = await webhooks.handle({ ...requestOf(signedEvent()), logger })
    expect({ status, body }).toEqual({ status: 500, body: '{"error":"handler_failed"}' })
    expect(logger.lines).toEqual([expect.stringContaining('handler_failed')])
    expect(logger.errors).toEqual([expect.objectContaining({ message: 'no database' })])
    await webhooks.handle({ ...requestOf('nonsense'), logger })
    expect(logger.lines[1]).toContain('invalid_json')
  })

  it('logs each event on one line even if its sender inserts line breaks', async () => {
    const logger = createMemoryLog()
    const webhooks = createKoyweWebhooks(secret, { logger }).onAny(() =>
      Promise.reject(new Error('x')),
    )
    await send(webhooks, signedEvent({ eventName: 'a\nforged line' }))
    await webhooks.handle(requestOf('', { 'content-encoding': 'a\nforged line' }))
    expect(logger.lines).toHaveLength(2)
    for (const line of logger.lines) expect(line).not.toContain('\n')
  })

  it('answers every depth of nesting up to the limit, in text and in parsed values', async () => {
    const webhooks = createKoyweWebhooks(secret, { logger: false })
    const signature = 'a'.repeat(64)
    const bodies = [
      (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`,
      (depth: number) =>
        `{"signature":"${signature}","a":${'['.repeat(depth)}${']'.repeat(depth)}}`,
      (depth: number) =>
        `{"signature":"${signature}","a":${'{"a":'.repeat(depth)}0${'}'.repeat(depth)}}`,
    ]
    for (const bodyOf of bodies) {
      for (let depth = 1; bodyOf(depth).length <= 64 * 1024; depth += depth < 200 ? 1 : 23) {
        const text = bodyOf(depth)
        const { status } = await webhooks.handle(requestOf(text))
        expect([400, 401]).toContain(status)
        if (depth % 10 > 0 && depth > 200) continue
        expect((await webhooks.handle(requestOf(JSON.parse(text)))).status).toBe(status)
      }
    }
  }, 120_000)

  it('warns once per known name without a listener, and acknowledges the event', async () => {
    const logger = createMemoryLog()
    const webhooks = createKoyweWebhooks(secret, { logger })
    for (const orderId of ['1', '2']) {
      expect((await send(webhooks, signedEvent({ orderId }))).status).toBe(200)
    }
    expect(logger.lines).toEqual([
      expect.stringMatching(/no listener for "crypto_delivered": .* add the listener before/),
    ])
    webhooks.on('fiat_sent', () => {})
    await send(webhooks, signedEvent({ eventName: 'fiat_sent' }))
    await send(webhooks, signEvent({ eventName: 'a name of the future' }, secret))
    webhooks.onAny(() => {})
    await send(webhooks, signedEvent({ eventName: 'payment_received' }))
    expect(logger.lines).toHaveLength(1)
  })

  it('names the event, its order and its delivery in each log line, or the request before it is verified', async () => {
    const logger = createMemoryLog()
    let id = ''
    const webhooks = createKoyweWebhooks(secret, { logger, timeoutMs: 30 })
    webhooks.on('crypto_delivered', async (_event, delivery) => {
      id = delivery.id
      await new Promise((resolve) => setTimeout(resolve, 60))
      throw new Error('no database')
    })
    await send(webhooks, signedEvent({ orderId: 'order-1' }))
    await send(webhooks, signedEvent({ orderId: 'order-1' }))
    await webhooks.idle()
    expect(logger.lines.map((line) => line.split(':')[0])).toEqual([
      'koywe timeout',
      'koywe in_progress',
      'koywe handler_failed',
    ])
    for (const line of logger.lines) {
      expect(line).toContain(`(event "crypto_delivered", order "order-1", delivery ${id})`)
    }
    await webhooks.handle(requestOf('{}', { 'content-length': '2' }))
    expect(logger.lines.at(-1)).toContain('(POST "/webhooks/koywe", Content-Length "2")')
  })

  it('renews the lease while a listener runs, and says until when the event is claimed', async () => {
    const logger = createMemoryLog()
    const gate = createGate()
    let started = 0
    const webhooks = createKoyweWebhooks(secret, {
      logger,
      timeoutMs: 30_000,
      dedupe: createMemoryDedupeStore({ leaseMs: 1500 }),
    }).onAny(() => {
      started++
      return gate.promise
    })
    const first = send(webhooks)
    for (let copy = 0; copy < 6; copy++) {
      await delay(400)
      expect(await send(webhooks)).toEqual({ status: 503, error: 'in_progress' })
    }
    gate.open()
    expect((await first).status).toBe(200)
    expect(started).toBe(1)
    expect(logger.lines[0]).toMatch(
      /is claimed by a server .*; unless renewed, the claim ends at 20.*Z\./,
    )
  })

  it('logs a completion that failed once', async () => {
    const logger = createMemoryLog()
    const claim = {
      state: 'claimed' as const,
      complete: () => Promise.reject(new KoyweError('store_unavailable', 'a sentence')),
      release: async () => {},
    }
    const webhooks = createKoyweWebhooks(secret, { logger, dedupe: { claim: async () => claim } })
    webhooks.onAny(() => {})
    expect(await send(webhooks)).toEqual({ status: 503, error: 'store_unavailable' })
    expect(logger.lines).toEqual([expect.stringContaining('koywe store_unavailable')])
  })

  it.each([
    ['dedup', 'dedupe'],
    ['timeoutMS', 'timeoutMs'],
  ])('throws a TypeError for the unknown option %s that names %s', (wrong, right) => {
    const create = () => createKoyweWebhooks(secret, { [wrong]: 1 })
    expect(create).toThrow(TypeError)
    expect(create).toThrow(/^Unknown option .* of a webhook receiver/)
    expect(create).toThrow(`\`${right}\``)
    expect(() => createKoyweWebhooks('new', 'old' as unknown as object)).toThrow(TypeError)
  })
})
