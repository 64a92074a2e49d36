import { createHmac } from 'node:crypto'
import { channel } from 'node:diagnostics_channel'
import {
  context,
  DiagLogLevel,
  diag,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api'
import {
  ATTR_ERROR_TYPE,
  ATTR_MESSAGING_MESSAGE_BODY_SIZE,
  ATTR_MESSAGING_MESSAGE_ID,
  ATTR_MESSAGING_OPERATION_NAME,
  ATTR_MESSAGING_OPERATION_TYPE,
  ATTR_MESSAGING_SYSTEM,
  MESSAGING_OPERATION_TYPE_VALUE_PROCESS,
} from '@opentelemetry/semantic-conventions/incubating'
import { sign } from '@x/koywe-testkit/sign'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import {
  bearer,
  createKoyweAuthCallback,
  createKoywePayments,
  createKoyweWebhooks,
  createMemoryDedupeStore,
} from '../../src/index.js'
import { type InstrumentKoyweOptions, instrumentKoywe } from '../../src/opentelemetry.js'
import { requestOf, secret, signedEvent } from '../requests.js'
import { createSdk, forgetSdk, keepContext } from './sdk.js'

let sdk: ReturnType<typeof createSdk>
const stops: (() => void)[] = []

beforeEach(() => {
  sdk = createSdk()
})
afterEach(async () => {
  for (const stop of stops.splice(0)) stop()
  forgetSdk()
  await sdk.shutdown()
})

function instrument(options: InstrumentKoyweOptions = sdk) {
  const { tracerProvider, meterProvider } = options
  const stop = instrumentKoywe({
    ...(tracerProvider && { tracerProvider }),
    ...(meterProvider && { meterProvider }),
  })
  stops.push(stop)
  return stop
}

const receiver = (options = {}) => createKoyweWebhooks(secret, { logger: false, ...options })

/** Starts a span as a database client of the application does. */
const work = (name: string) => void sdk.tracerProvider.getTracer('app').startSpan(name).end()

const spanNamed = (name: string) => sdk.spans().find((span) => span.name === name)

it('a delivery has a span with the attributes of the semantic conventions', async () => {
  instrument()
  const body = signedEvent({ orderId: 'o-1' })
  await receiver().handle(requestOf(body))
  const [span] = sdk.spans()
  expect(sdk.spans()).toHaveLength(1)
  expect(span).toMatchObject({ name: 'process crypto_delivered', kind: SpanKind.CONSUMER })
  expect(span?.instrumentationScope).toMatchObject({
    name: '@x/koywe-core',
    schemaUrl: expect.stringMatching(/^https:\/\/opentelemetry\.io\/schemas\/1\.\d+\.0$/),
  })
  expect(span?.attributes).toEqual({
    [ATTR_MESSAGING_SYSTEM]: 'koywe',
    [ATTR_MESSAGING_OPERATION_TYPE]: MESSAGING_OPERATION_TYPE_VALUE_PROCESS,
    [ATTR_MESSAGING_OPERATION_NAME]: 'process',
    [ATTR_MESSAGING_MESSAGE_ID]: expect.stringMatching(/^[0-9a-f]{64}$/),
    [ATTR_MESSAGING_MESSAGE_BODY_SIZE]: Buffer.byteLength(body),
    'koywe.event.name': 'crypto_delivered',
    'koywe.order.id': 'o-1',
    'koywe.outcome': 'accepted',
    'koywe.api': 'ramp',
  })
  expect(span?.status.code).toBe(SpanStatusCode.UNSET)
})

it('the span of a refusal is an error that names the code, and knows no event', async () => {
  instrument()
  const forged = sign({ eventName: 'crypto_delivered', orderId: 'o', timeStamp: 't' }, 'other')
  await receiver().handle(requestOf(forged))
  const [span] = sdk.spans()
  expect(span?.name).toBe('process')
  expect(span?.attributes).toMatchObject({
    [ATTR_ERROR_TYPE]: 'invalid_signature',
    'koywe.outcome': 'refused',
  })
  expect(span?.attributes).not.toHaveProperty('koywe.event.name')
  expect(span?.status).toMatchObject({
    code: SpanStatusCode.ERROR,
    message: expect.stringMatching(/^None of your secrets made this signature/),
  })
})

it('an event whose name is not known is _OTHER in the name of the span and in the metrics', async () => {
  instrument()
  await receiver().handle(requestOf(signedEvent({ eventName: 'brand_new' })))
  expect(sdk.spans()[0]).toMatchObject({
    name: 'process _OTHER',
    attributes: { 'koywe.event.name': 'brand_new' },
  })
  const metrics = await sdk.metrics()
  expect(metrics['koywe.deliveries']).toEqual([
    [{ api: 'ramp', event: '_OTHER', outcome: 'accepted' }, 1],
  ])
})

it('documented types of the Payments API are counted by name, and names of the other API are not', async () => {
  instrument()
  const payments = createKoywePayments(secret, { logger: false })
  for (const type of ['order.paid', 'webhook.ping', 'crypto_delivered']) {
    const body = JSON.stringify({ type, id: `evt_${type}` })
    const signature = createHmac('sha256', secret).update(body).digest('hex')
    await payments.handle(requestOf(body, { 'koywe-signature': signature }))
  }
  await receiver().handle(requestOf(signedEvent({ eventName: 'order.paid' })))
  const other = { event: '_OTHER', outcome: 'accepted' }
  const metrics = await sdk.metrics()
  expect(metrics['koywe.deliveries']).toEqual([
    [{ api: 'payments', event: 'order.paid', outcome: 'accepted' }, 1],
    [{ api: 'payments', ...other }, 2],
    [{ api: 'ramp', ...other }, 1],
  ])
  const accepted = metrics['koywe.deliveries.last_accepted']?.map(([labels]) => labels)
  expect(accepted).toEqual([{ api: 'payments' }, { api: 'ramp' }])
  expect(sdk.spans()[0]).toMatchObject({
    name: 'process order.paid',
    attributes: { 'koywe.api': 'payments', 'koywe.event.name': 'order.paid' },
  })
})

it('a delivery of an older copy of the package, which does not say its API, is of the ramp API', async () => {
  instrument()
  const eventName = 'crypto_delivered'
  const delivery = { method: 'POST', status: 200, duplicate: false, eventName }
  channel('tracing:koywe:delivery:start').publish(delivery)
  channel('tracing:koywe:delivery:asyncEnd').publish(delivery)
  expect(sdk.spans()[0]?.name).toBe('process crypto_delivered')
  const metrics = await sdk.metrics()
  expect(metrics['koywe.deliveries']).toEqual([[{ event: eventName, outcome: 'accepted' }, 1]])
})

it('counts deliveries and questions, times them, and keeps when one was last accepted', async () => {
  instrument()
  const webhooks = receiver()
  const failing = receiver({ dedupe: false })
  failing.onAny(() => Promise.reject(new Error('broken')))
  const before = Date.now() / 1000
  for (const one of [webhooks, webhooks, failing]) await one.handle(requestOf(signedEvent()))
  await webhooks.handle(requestOf('{}'))
  const callback = createKoyweAuthCallback({
    auth: bearer('token'),
    isAllowed: ({ email }) => email === 'yes@example.com',
    logger: false,
  })
  for (const token of ['token', 'token', 'wrong']) {
    const authorization = `Bearer ${token}`
    const request = requestOf('{"email":"yes@example.com"}')
    await callback.handle({
      ...request,
      headers: { authorization },
      rawHeaders: ['Authorization', authorization],
    })
  }
  const metrics = await sdk.metrics()
  const [api, event] = ['ramp', 'crypto_delivered']
  expect(metrics['koywe.deliveries']).toEqual([
    [{ api, event, outcome: 'accepted' }, 1],
    [{ api, event, outcome: 'duplicate' }, 1],
    [{ api, event, outcome: 'retry', code: 'handler_failed' }, 1],
    [{ api, outcome: 'refused', code: 'missing_signature' }, 1],
  ])
  expect(metrics['koywe.delivery.duration']?.map(([, count]) => count)).toEqual([1, 1, 1, 1])
  const [[labels, at] = []] = metrics['koywe.deliveries.last_accepted'] ?? []
  expect(labels).toEqual({ api })
  expect(at).toBeGreaterThanOrEqual(before)
  expect(at).toBeLessThanOrEqual(Date.now() / 1000)
  expect(metrics['koywe.auth.questions']).toEqual([
    [{ allowed: true }, 2],
    [{ allowed: false, code: 'unauthorized' }, 1],
  ])
})

describe('with a context manager on an AsyncLocalStorage', () => {
  beforeEach(() => keepContext())

  it('what the store and the listeners do is below the span, which is below that of the request', async () => {
    instrument()
    const memory = createMemoryDedupeStore()
    const dedupe = {
      claim(key: string) {
        work('store')
        return memory.claim(key)
      },
    }
    const webhooks = receiver({ dedupe })
    webhooks.onAny(async () => {
      await new Promise((resolve) => setTimeout(resolve, 5))
      work('listener')
    })
    const http = sdk.tracerProvider.getTracer('http').startSpan('POST')
    await context.with(trace.setSpan(ROOT_CONTEXT, http), async () => {
      await webhooks.handle(requestOf(signedEvent()))
      work('after')
    })
    const span = spanNamed('process crypto_delivered')
    expect(span?.parentSpanContext?.spanId).toBe(http.spanContext().spanId)
    for (const name of ['store', 'listener']) {
      expect(spanNamed(name)?.parentSpanContext?.spanId).toBe(span?.spanContext().spanId)
    }
    expect(spanNamed('after')?.parentSpanContext?.spanId).toBe(http.spanContext().spanId)
  })

  it('records what a listener threw, and keeps deliveries that overlap apart', async () => {
    instrument()
    const webhooks = receiver()
    webhooks.onAny(async ({ orderId }) => {
      await new Promise((resolve) => setTimeout(resolve, 5))
      throw new Error(`broken ${orderId}`)
    })
    const orders = ['o-1', 'o-2', 'o-3']
    await Promise.all(orders.map((orderId) => webhooks.handle(requestOf(signedEvent({ orderId })))))
    const told = sdk
      .spans()
      .map((span) => [
        span.attributes['koywe.order.id'],
        span.events.map(({ attributes }) => attributes?.['exception.message']),
      ])
    expect(told).toEqual(orders.map((orderId) => [orderId, [`broken ${orderId}`]]))
  })

  it('two instrumentations do not take the storage from each other; the second has it after the first', async () => {
    const other = createSdk()
    const stop = instrument()
    instrument(other)
    const webhooks = receiver({ dedupe: false })
    webhooks.onAny(() => work('listener'))
    await webhooks.handle(requestOf(signedEvent()))
    const parent = () => sdk.spans().findLast(({ name }) => name === 'listener')?.parentSpanContext
    expect(parent()?.spanId).toBe(spanNamed('process crypto_delivered')?.spanContext().spanId)
    stop()
    for (const _ of [1, 2]) await webhooks.handle(requestOf(signedEvent()))
    expect(parent()?.spanId).toBe(other.spans().at(-1)?.spanContext().spanId)
    expect(other.spans()).toHaveLength(3)
    await other.shutdown()
  })
})

describe('without such a context manager', () => {
  it('the application is answered as ever, and its spans are beside that of the delivery', async () => {
    context.setGlobalContextManager({
      active: () => ROOT_CONTEXT,
      with: (_context, work, self, ...args) => work.call(self as never, ...args),
      bind: (_context, target) => target,
      enable() {
        return this
      },
      disable() {
        return this
      },
    })
    instrument()
    const webhooks = receiver()
    webhooks.onAny(() => work('listener'))
    expect((await webhooks.handle(requestOf(signedEvent()))).status).toBe(200)
    expect(sdk.spans().map(({ name }) => name)).toEqual(['listener', 'process crypto_delivered'])
    expect(spanNamed('listener')?.parentSpanContext).toBeUndefined()
  })
})

describe('the global API', () => {
  it('may get its providers and its context manager after the call', async () => {
    instrument({})
    const webhooks = receiver({ dedupe: false })
    webhooks.onAny(() => work('listener'))
    await webhooks.handle(requestOf(signedEvent()))
    expect(sdk.spans().map(({ name }) => name)).toEqual(['listener'])
    sdk.register()
    keepContext()
    // The first delivery after that finds the storage, the next is bound to it.
    for (const _ of [1, 2]) await webhooks.handle(requestOf(signedEvent()))
    const [, , delivery, listener, last] = sdk.spans()
    expect(delivery?.name).toBe('process crypto_delivered')
    expect(listener?.parentSpanContext?.spanId).toBe(last?.spanContext().spanId)
    expect((await sdk.metrics())['koywe.deliveries']).toMatchObject([[{}, 2]])
  })

  it('without any provider, nothing happens', async () => {
    instrument({})
    expect((await receiver().handle(requestOf(signedEvent()))).status).toBe(200)
  })
})

it('a second call with the same providers counts nothing twice, and works until both are stopped', async () => {
  const stops = [instrument(), instrument()]
  const webhooks = receiver()
  const deliver = () => webhooks.handle(requestOf(signedEvent()))
  await deliver()
  expect(sdk.spans()).toHaveLength(1)
  stops[0]?.()
  stops[0]?.()
  await deliver()
  expect(sdk.spans()).toHaveLength(2)
  stops[1]?.()
  await deliver()
  expect(sdk.spans()).toHaveLength(2)
  for (const name of ['start', 'asyncEnd']) {
    expect(channel(`tracing:koywe:delivery:${name}`).hasSubscribers).toBe(false)
  }
})

it('stopping ends the spans of deliveries that are not answered yet', async () => {
  const stop = instrument()
  const webhooks = receiver()
  const { promise, resolve } = deferred()
  webhooks.onAny(() => promise)
  const answer = webhooks.handle(requestOf(signedEvent()))
  await new Promise((done) => setTimeout(done, 5))
  expect(sdk.spans()).toHaveLength(0)
  stop()
  expect(sdk.spans()).toHaveLength(1)
  resolve()
  expect((await answer).status).toBe(200)
  expect(sdk.spans()).toHaveLength(1)
})

it('a provider that throws changes no answer, reaches no listener, and is reported to diag', async () => {
  const error = vi.fn()
  const quiet = () => {}
  diag.setLogger(
    { error, warn: quiet, info: quiet, debug: quiet, verbose: quiet },
    { logLevel: DiagLogLevel.ERROR, suppressOverrideMessage: true },
  )
  const broken = () => {
    throw new Error('a broken provider')
  }
  keepContext()
  instrument({ tracerProvider: { getTracer: broken }, meterProvider: { getMeter: broken } })
  const webhooks = receiver()
  const listener = vi.fn()
  webhooks.onAny(listener)
  for (const orderId of ['a', 'b']) {
    const answer = await webhooks.handle(requestOf(signedEvent({ orderId })))
    expect(answer.status).toBe(200)
  }
  expect(listener).toHaveBeenCalledTimes(2)
  expect(error).toHaveBeenCalled()
  diag.disable()
})

it('an unknown option is a mistake that is named', () => {
  expect(() => instrumentKoywe({ tracer: 1 } as never)).toThrow(/Unknown option `tracer`/)
})

function deferred() {
  let resolve: () => void = () => {}
  const promise = new Promise<void>((done) => {
    resolve = done
  })
  return { promise, resolve }
}
