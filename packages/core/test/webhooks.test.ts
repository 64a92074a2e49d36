import { describe, expect, it } from 'vitest'
import { toKoyweWebhooks } from '../src/adapter.js'
import { createKoyweWebhooks, KoyweError, type KoyweWebhooks } from '../src/index.js'
import { signEvent } from '../src/testing.js'
import { createGate, createMemoryLog, requestOf, secret, signedEvent } from './requests.js'

describe('createKoyweWebhooks throws a TypeError that says what to set', () => {
  it.each([[undefined], [null], [''], ['   '], [[]], [['good', '']], [42], [{}]])(
    'for the secret %j',
    (secrets) => {
      // Given by those who do not use TypeScript.
      for (const create of [createKoyweWebhooks, toKoyweWebhooks]) {
        expect(() => create(secrets as string, {})).toThrow(TypeError)
        expect(() => create(secrets as string, {})).toThrow('KOYWE_WEBHOOK_SECRET')
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

describe('toKoyweWebhooks', () => {
  it('makes a receiver of secrets and hands on a finished one', () => {
    const receiver = createKoyweWebhooks(secret)
    expect(toKoyweWebhooks(receiver, {})).toBe(receiver)
    expect(toKoyweWebhooks([secret, 'old'], { limit: 10 }).handle).toBeTypeOf('function')
  })

  it.each([
    ['limit', 10],
    ['timeoutMs', 10],
    ['logger', false],
    ['dedupe', false],
  ])('throws a TypeError for a finished receiver along with %s', (name, value) => {
    const receiver = createKoyweWebhooks(secret)
    expect(() => toKoyweWebhooks(receiver, { [name]: value })).toThrow(TypeError)
    expect(() => toKoyweWebhooks(receiver, { [name]: value })).toThrow('createKoyweWebhooks')
  })
})

/** Sends a body and reads the answer. */
async function send(webhooks: KoyweWebhooks, body: unknown = signedEvent()) {
  const { status, body: answer } = await webhooks.handle(requestOf(body))
  return { status, ...JSON.parse(answer) }
}

describe('rotation', () => {
  it('tells the listener which secret signed, and the log once that an old one is still in use', async () => {
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
    expect(logger.lines).toEqual([expect.stringContaining('secret 2 of the list')])
  })

  it('is not broken by a list that changes after the start', async () => {
    const secrets = ['new']
    const webhooks = createKoyweWebhooks(secrets, { logger: false })
    secrets[0] = 'changed'
    expect((await send(webhooks, signEvent({ eventName: 'ping' }, 'new'))).status).toBe(200)
    expect((await send(webhooks, signEvent({ eventName: 'ping' }, 'changed'))).status).toBe(401)
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

  it('aborts the signal and asks the sender to come back', async () => {
    const { webhooks, signals, gate } = setUp()
    expect(await send(webhooks)).toEqual({ status: 503, error: 'timeout' })
    expect(signals[0]?.aborted).toBe(true)
    expect(signals[0]?.reason).toMatchObject({ name: 'TimeoutError' })
    gate.open()
  })

  it('does not abort the signal of listeners that are quick enough', async () => {
    const { webhooks, signals, gate } = setUp()
    gate.open()
    expect((await send(webhooks)).status).toBe(200)
    expect(signals[0]?.aborted).toBe(false)
  })

  it('passed and then a success: the event is done', async () => {
    const { webhooks, gate, signals } = setUp()
    await send(webhooks)
    expect(await send(webhooks)).toEqual({ status: 503, error: 'in_progress' })
    gate.open()
    await expect
      .poll(() => send(webhooks))
      .toEqual({ status: 200, received: true, duplicate: true })
    expect(signals).toHaveLength(1)
  })

  it('passed and then a failure: the event can be handled again', async () => {
    const { webhooks, gate, signals } = setUp()
    await send(webhooks)
    gate.fail(new Error('late'))
    await expect.poll(() => send(webhooks)).toEqual({ status: 500, error: 'handler_failed' })
    expect(signals).toHaveLength(2)
  })

  it('counts for the body too', async () => {
    const { webhooks } = setUp()
    const request = { ...requestOf(''), body: () => new Promise(() => {}) }
    const { status, headers, body } = await webhooks.handle(request)
    expect({ status, body }).toEqual({ status: 408, body: '{"error":"body_timeout"}' })
    expect(headers.connection).toBe('close')
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

  it('does not ask for the body when the headers tell enough', async () => {
    const webhooks = createKoyweWebhooks(secret, { logger: false, limit: 100 })
    const body = () => expect.fail('was read')
    for (const headers of [{ 'content-length': '101' }, { 'content-encoding': 'gzip' }]) {
      const { status } = await webhooks.handle({ ...requestOf('', headers), body })
      expect(status).toBeGreaterThanOrEqual(413)
    }
  })

  it('holds a value that a parser made to the same limit', async () => {
    const body = signedEvent({ note: 'ñ'.repeat(300) })
    const webhooks = createKoyweWebhooks(secret, { logger: false, limit: 300 })
    expect(await send(webhooks, JSON.parse(body))).toEqual({ status: 413, error: 'body_too_large' })
  })

  it('leaves what a parser made as it was', async () => {
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

  it('writes a sentence to the log of the request, and the error of a listener', async () => {
    const logger = createMemoryLog()
    const webhooks = createKoyweWebhooks(secret).onAny(() => {
      throw new Error('no database')
    })
    const { status, body } = await webhooks.handle({ ...requestOf(signedEvent()), logger })
    expect({ status, body }).toEqual({ status: 500, body: '{"error":"handler_failed"}' })
    expect(logger.lines).toEqual([expect.stringContaining('handler_failed')])
    expect(logger.errors).toEqual([
      expect.objectContaining({ errors: [expect.objectContaining({ message: 'no database' })] }),
    ])
    await webhooks.handle({ ...requestOf('nonsense'), logger })
    expect(logger.lines[1]).toContain('invalid_json')
  })

  it('writes the events of a sender that breaks lines into the log as one line each', async () => {
    const logger = createMemoryLog()
    const webhooks = createKoyweWebhooks(secret, { logger }).onAny(() =>
      Promise.reject(new Error('x')),
    )
    await send(webhooks, signedEvent({ eventName: 'a\nforged line' }))
    await webhooks.handle(requestOf('', { 'content-encoding': 'a\nforged line' }))
    expect(logger.lines).toHaveLength(2)
    for (const line of logger.lines) expect(line).not.toContain('\n')
  })
})
