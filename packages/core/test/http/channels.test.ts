import { tracingChannel } from 'node:diagnostics_channel'
import { inspect } from 'node:util'
import { createMemoryLog } from '@x/koywe-testkit/memory-log'
import { sign } from '@x/koywe-testkit/sign'
import { afterEach, describe, expect, it, vi } from 'vitest'
import {
  bearer,
  createKoyweAuthCallback,
  createKoyweWebhooks,
  type KoyweAuthContext,
  type KoyweDeliveryContext,
  type KoyweProcessContext,
  koyweChannels,
} from '../../src/index.js'
import { requestOf, secret, signedEvent } from '../requests.js'

type Context = Partial<KoyweDeliveryContext & KoyweAuthContext & KoyweProcessContext>

const undo: (() => void)[] = []

afterEach(() => {
  for (const end of undo.splice(0)) end()
})

/** Subscribes to every part of a channel. Keeps the parts in order, each with its context. */
function subscribed(name: string, onStart: () => void = () => {}) {
  const seen: [part: string, context: Context][] = []
  const note = (part: string) => (message: unknown) => {
    seen.push([part, message as Context]) // what the channel publishes
  }
  const subscribers = {
    start(message: unknown) {
      note('start')(message)
      onStart()
    },
    end: note('end'),
    asyncStart: note('asyncStart'),
    asyncEnd: note('asyncEnd'),
    error: note('error'),
  }
  const channel = tracingChannel<unknown, object>(name)
  channel.subscribe(subscribers)
  undo.push(() => void channel.unsubscribe(subscribers))
  return seen
}

function lastOf(seen: readonly [string, Context][]): Context {
  const [part, context] = seen.at(-1) ?? []
  expect(part).toBe('asyncEnd')
  return context ?? {}
}

const receiver = (options = {}) => createKoyweWebhooks(secret, { logger: false, ...options })

describe('koywe:delivery', () => {
  it('has one context from start to asyncEnd, with what came of the request', async () => {
    const seen = subscribed(koyweChannels.delivery)
    const request = {
      ...requestOf(signedEvent({ orderId: 'o-1' })),
      url: '/webhooks/koywe?token=hidden',
    }
    const before = performance.now()
    const answer = await receiver().handle(request)
    const took = performance.now() - before
    expect(seen.map(([part]) => part)).toEqual(['start', 'end', 'asyncStart', 'asyncEnd'])
    expect(new Set(seen.map(([, context]) => context)).size).toBe(1)
    expect(lastOf(seen)).toMatchObject({
      method: 'POST',
      path: '/webhooks/koywe',
      receivedAt: expect.any(Date),
      status: 200,
      duplicate: false,
      eventName: 'crypto_delivered',
      orderId: 'o-1',
      deliveryId: expect.stringMatching(/^[0-9a-f]{64}$/),
      occurredAt: new Date('2022-10-26T22:36:41.658Z'),
      secretIndex: 0,
      durationMs: expect.any(Number),
      event: expect.objectContaining({ orderId: 'o-1' }),
      body: { text: signedEvent({ orderId: 'o-1' }) },
      // What Node sets on every context of a promise.
      result: answer,
    })
    expect(lastOf(seen).durationMs).toBeLessThanOrEqual(took)
    expect(lastOf(seen).request).toBe(request)
    expect(lastOf(seen)).not.toHaveProperty('code')
  })

  it.each([
    ['/webhooks/koywe', '/webhooks/koywe'],
    ['/webhooks/koywe?token=hidden', '/webhooks/koywe'],
    ['/?token=hidden?', '/'],
    ['?token=hidden', ''],
  ])('has of the URL %s the path %s', async (url, path) => {
    const seen = subscribed(koyweChannels.delivery)
    await receiver().handle({ ...requestOf(signedEvent()), url })
    expect(lastOf(seen).path).toBe(path)
  })

  it("has the receiver's own sentence for a refusal, as the log has it", async () => {
    const seen = subscribed(koyweChannels.delivery)
    const warn = vi.fn<(message: string) => void>()
    const forged = sign({ eventName: 'crypto_delivered', orderId: 'o', timeStamp: 't' }, 'other')
    await receiver({ logger: { warn, error() {} } }).handle(requestOf(forged))
    const { status, code, reason, eventName } = lastOf(seen)
    expect({ status, code, eventName }).toEqual({ status: 401, code: 'invalid_signature' })
    expect(reason).toMatch(/^None of your secrets made this signature\./)
    expect(warn.mock.lastCall?.[0]).toContain(`koywe invalid_signature: ${reason} (POST`)
  })

  it('tells a duplicate', async () => {
    const webhooks = receiver()
    const request = requestOf(signedEvent())
    await webhooks.handle(request)
    const seen = subscribed(koyweChannels.delivery)
    await webhooks.handle(request)
    expect(lastOf(seen)).toMatchObject({ status: 200, duplicate: true })
  })

  it('shows neither body nor event to what writes or copies a context', async () => {
    const channels = [koyweChannels.delivery, koyweChannels.process].map((name) => subscribed(name))
    await receiver().handle(requestOf(signedEvent({ note: 'PRIVATE' })))
    for (const context of channels.map(lastOf)) {
      expect(context.event).toMatchObject({ note: 'PRIVATE' })
      for (const shown of [JSON.stringify(context), inspect({ ...context }), inspect(context)]) {
        expect(shown).not.toMatch(/PRIVATE|signature/)
      }
    }
  })

  it('is answered when time runs out, and keeps that answer when the listener ends', async () => {
    const seen = subscribed(koyweChannels.delivery)
    const processed = subscribed(koyweChannels.process)
    const webhooks = receiver({ timeoutMs: 20 })
    const { promise, reject } = deferred()
    webhooks.onAny(() => promise)
    await webhooks.handle(requestOf(signedEvent()))
    expect(processed.map(([part]) => part)).toEqual(['start', 'end'])
    reject(new Error('late'))
    await webhooks.idle()
    expect(lastOf(seen)).toMatchObject({ status: 503, code: 'timeout' })
    expect(lastOf(processed).error).toMatchObject({ message: 'late' })
  })

  it('publishes nothing to a channel that nobody reads, and makes no sentence', async () => {
    const sentence = vi.spyOn(Date.prototype, 'toISOString')
    const seen = subscribed(koyweChannels.auth)
    await receiver().handle(requestOf(signedEvent()))
    expect(seen).toEqual([])
    expect(sentence).not.toHaveBeenCalled()
    sentence.mockRestore()
  })
})

describe('koywe:process', () => {
  it('fails with what the listener threw, while the delivery is answered with 500', async () => {
    const seen = subscribed(koyweChannels.process)
    const deliveries = subscribed(koyweChannels.delivery)
    const webhooks = receiver()
    const error = new Error('PRIVATE')
    webhooks.onAny(() => Promise.reject(error))
    await webhooks.handle(requestOf(signedEvent({ orderId: 'o-2' })))
    expect(seen.map(([part]) => part)).toEqual(['start', 'end', 'error', 'asyncStart', 'asyncEnd'])
    expect(lastOf(seen)).toMatchObject({ error, eventName: 'crypto_delivered', orderId: 'o-2' })
    const { status, code, reason } = lastOf(deliveries)
    expect({ status, code }).toEqual({ status: 500, code: 'handler_failed' })
    expect(reason).toMatch(/^a listener failed: Error at .*channels\.test\.ts/)
    expect(reason).not.toContain('PRIVATE')
  })

  it('fails with all that several listeners threw', async () => {
    const seen = subscribed(koyweChannels.process)
    const deliveries = subscribed(koyweChannels.delivery)
    const webhooks = receiver()
    const errors = [new Error('one'), new Error('two')]
    for (const error of errors) webhooks.onAny(() => Promise.reject(error))
    await webhooks.handle(requestOf(signedEvent()))
    expect(lastOf(seen).error).toMatchObject({ message: 'Several listeners failed.', errors })
    expect(lastOf(deliveries).reason).toMatch(/^a listener failed: Error at .*; Error at /)
  })

  it('runs the listeners once, and not at all for a duplicate', async () => {
    const seen = subscribed(koyweChannels.process)
    const webhooks = receiver()
    const listener = vi.fn()
    webhooks.onAny(listener)
    const answers = [requestOf(signedEvent()), requestOf(signedEvent())]
    for (const request of answers) expect((await webhooks.handle(request)).status).toBe(200)
    expect(listener).toHaveBeenCalledOnce()
    expect(seen).toHaveLength(4)
  })
})

describe('koywe:auth', () => {
  const ask = (email: string, token = 'token') => {
    const callback = createKoyweAuthCallback({
      auth: bearer('token'),
      isAllowed: ({ email }) => email === 'yes@example.com',
      logger: false,
    })
    const authorization = `Bearer ${token}`
    return callback.handle({
      ...requestOf(JSON.stringify({ email })),
      headers: { authorization },
      rawHeaders: ['Authorization', authorization],
    })
  }

  it.each([
    ['yes@example.com', 'token', { status: 200, allowed: true, email: 'yes@example.com' }],
    ['no@example.com', 'token', { status: 200, allowed: false, email: 'no@example.com' }],
    ['yes@example.com', 'wrong', { status: 401, allowed: false, code: 'unauthorized' }],
    ['', 'token', { status: 400, allowed: false, code: 'invalid_payload' }],
  ])('tells of the question about "%s" with a %s', async (email, token, expected) => {
    const seen = subscribed(koyweChannels.auth)
    await ask(email, token)
    const context = lastOf(seen)
    expect(context).toMatchObject(expected)
    expect(context.reason === undefined).toBe(context.code === undefined)
    // A caller that is not admitted is not listened to.
    const body = token === 'token' ? { text: JSON.stringify({ email }) } : undefined
    expect(context.body).toEqual(body)
    for (const shown of [JSON.stringify(context), inspect({ ...context }), inspect(context)]) {
      expect(shown).not.toMatch(/example\.com/)
    }
  })
})

it('an answer is the same when a subscriber throws; Node reports the error as uncaught', async () => {
  const before = process.listeners('uncaughtException')
  const caught: unknown[] = []
  process.removeAllListeners('uncaughtException').on('uncaughtException', (e) => caught.push(e))
  try {
    const broken = new Error('a broken subscriber')
    for (const name of Object.values(koyweChannels)) {
      subscribed(name, () => {
        throw broken
      })
    }
    const webhooks = receiver()
    const listener = vi.fn()
    webhooks.onAny(listener)
    expect(await webhooks.handle(requestOf(signedEvent()))).toMatchObject({ status: 200 })
    expect(listener).toHaveBeenCalledOnce()
    await vi.waitUntil(() => caught.length === 2)
    expect(caught).toEqual([broken, broken])
  } finally {
    process.removeAllListeners('uncaughtException')
    for (const listener of before) process.on('uncaughtException', listener)
  }
})

function breaks(): never {
  throw new Error('a broken store')
}

// Stores of somebody's own, with less than an AsyncLocalStorage has. Node 26 enters a store with `withScope` and runs the rest itself.
it.each([
  ['breaks', { run: breaks, withScope: breaks }, /^a broken store$/],
  [
    'does not run',
    { run: () => {} },
    /^A store bound to `koywe:process` did not run the listeners\.$|withScope is not a function/,
  ],
])(
  'a store that %s what it is bound to never lets an event pass unheard as handled',
  async (_what, store, message) => {
    const channel = tracingChannel<unknown, object>(koyweChannels.process)
    channel.start.bindStore(store as never)
    undo.push(() => void channel.start.unbindStore(store as never))
    const logger = createMemoryLog()
    const webhooks = receiver({ logger })
    const listener = vi.fn()
    webhooks.onAny(listener)
    expect(await webhooks.handle(requestOf(signedEvent()))).toMatchObject({ status: 500 })
    expect(listener).not.toHaveBeenCalled()
    const expected = expect.objectContaining({ message: expect.stringMatching(message) })
    expect(logger.errors).toEqual([expected])
  },
)

function deferred() {
  let reject: (error: Error) => void = () => {}
  const promise = new Promise<never>((_resolve, fail) => {
    reject = fail
  })
  return { promise, reject }
}
