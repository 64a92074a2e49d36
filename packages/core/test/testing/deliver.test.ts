import { createServer, type RequestListener } from 'node:http'
import { listen } from '@x/koywe-testkit/listen'
import { signatureOf } from '@x/koywe-testkit/sign'
import { describe, expect, it, vi } from 'vitest'
import { createKoyweWebhooks } from '../../src/index.js'
import { badDeliveries, deliver, koyweOrder } from '../../src/testing.js'
import { secret } from '../requests.js'
import { serving } from '../serving.js'

function receiver() {
  const webhooks = createKoyweWebhooks(secret, { logger: false })
  return { webhooks, app: serving(webhooks) }
}

const event = { eventName: 'crypto_delivered', orderId: 'o-1' }

it('a delivery is answered when the listeners are done, and tells what they got', async () => {
  const { webhooks, app } = receiver()
  const heard = vi.fn()
  webhooks.on('crypto_delivered', async (given) => {
    await new Promise((resolve) => setTimeout(resolve, 20))
    heard(given)
  })
  const answer = await deliver(app, event, { secret })
  expect(heard).toHaveBeenCalledWith(answer.event)
  expect(answer).toEqual({
    status: 200,
    body: { received: true },
    code: undefined,
    reason: undefined,
    event: { ...event, timeStamp: expect.stringMatching(/^\d{4}-.*Z$/) },
    durationMs: expect.any(Number),
  })
})

it.each([
  ['copy', 200, undefined, undefined],
  ['pretty', 200, undefined, undefined],
  ['forged', 401, 'invalid_signature', /^None of your secrets made this signature/],
  ['tampered', 401, 'invalid_signature', /^None of your secrets made this signature/],
  ['unsigned', 401, 'missing_signature', /^The body has no `signature`/],
] as const)(
  'as %s it is answered with %s, and the reason is said',
  async (as, status, code, reason) => {
    const { app } = receiver()
    const answer = await deliver(app, event, { secret, as })
    expect(answer).toMatchObject({ status, code })
    if (reason) expect(answer.reason).toMatch(reason)
    else expect(answer.event).toMatchObject(event)
    const duplicate = typeof answer.body === 'object' && answer.body && 'duplicate' in answer.body
    expect(Boolean(duplicate)).toBe(as === 'copy')
  },
)

it('what is sent is signed as Koywe signs', async () => {
  const bodies: string[] = []
  const app: RequestListener = (request, response) => {
    request.setEncoding('utf8').on('data', (chunk) => bodies.push(chunk))
    request.on('end', () => response.end())
  }
  await deliver(app, { ...event, note: 'ñ' }, { secret })
  const { signature, ...payload } = JSON.parse(bodies.join(''))
  expect(payload).toMatchObject({ ...event, note: 'ñ' })
  expect(signature).toBe(signatureOf(payload, secret))
})

it('times and concurrent send the same bytes again, and give every answer', async () => {
  const { webhooks, app } = receiver()
  const listener = vi.fn(() => new Promise((resolve) => setTimeout(resolve, 300)))
  webhooks.onAny(listener)
  const answers = await deliver(app, event, { secret, times: 2, concurrent: 3 })
  expect(answers).toHaveLength(6)
  expect(listener).toHaveBeenCalledOnce()
  expect(
    answers
      .slice(0, 3)
      .map(({ status }) => status)
      .toSorted(),
  ).toEqual([200, 503, 503])
  expect(answers.find(({ status }) => status === 503)?.reason).toMatch(/^The event is claimed/)
  for (const { body } of answers.slice(3)) expect(body).toEqual({ received: true, duplicate: true })
})

it('deliveries that run side by side get the reasons of their own', async () => {
  const { app } = receiver()
  const shouted = badDeliveries.find(({ name }) => name === 'signature in upper case')
  if (!shouted) throw new Error('There is no such row.')
  const [first, second] = await Promise.all([
    deliver(app, shouted, { secret }),
    deliver(app, event, { secret, as: 'forged' }),
  ])
  expect(first.reason).toMatch(/in upper case/)
  expect(second.reason).toMatch(/^None of your secrets/)
})

it('a redirect is shown and not followed', async () => {
  const app: RequestListener = (_request, response) => {
    response.writeHead(302, { location: '/elsewhere' }).end()
  }
  const answer = await deliver(app, { eventName: 'ping' }, { secret })
  expect(answer).toMatchObject({ status: 302, location: '/elsewhere' })
})

it.each<[string, RequestListener]>([
  ['never comes', () => {}],
  [
    'never ends',
    (_request, response) => {
      const timer = setInterval(() => response.write(' '), 5)
      response.once('close', () => clearInterval(timer))
    },
  ],
])('an answer that %s is given up when time runs out', async (_name, app) => {
  const answer = deliver(app, { eventName: 'ping' }, { secret, timeoutMs: 200 })
  await expect(answer).rejects.toMatchObject({ name: 'TimeoutError' })
})

it('an answer of more than 1 MiB is not read to its end', async () => {
  const app: RequestListener = (_request, response) => response.end('x'.repeat(2 ** 21))
  const answer = deliver(app, { eventName: 'ping' }, { secret })
  await expect(answer).rejects.toThrow('longer than 1 MiB')
})

describe('a target', () => {
  it('may be a URL with or without a path, or a server that listens or does not', async () => {
    const { app } = receiver()
    const running = await listen(app)
    const origin = `http://127.0.0.1:${running.port}`
    const listening = createServer(app).listen(0, '127.0.0.1')
    await new Promise((resolve) => listening.once('listening', resolve))
    const targets = [origin, `${origin}/hooks?a=1`, new URL(origin), listening, createServer(app)]
    try {
      for (const target of targets) {
        expect(await deliver(target, { eventName: 'fiat_sent' }, { secret })).toMatchObject({
          status: 200,
          event: { eventName: 'fiat_sent' },
        })
      }
      expect(listening.listening).toBe(true)
    } finally {
      listening.close()
      await running.close()
    }
  })

  it('leaves no socket open', async () => {
    const { app } = receiver()
    const server = createServer(app)
    await deliver(server, event, { secret })
    expect(server.listening).toBe(false)
    await vi.waitUntil(() => !process.getActiveResourcesInfo().includes('TCPServerWrap'))
  })

  it('gets the path and the headers that are asked for, and no redirect is followed', async () => {
    const seen: unknown[] = []
    const app: RequestListener = ({ url, headers }, response) => {
      seen.push([url, headers['x-test'], headers['content-type']])
      response.writeHead(302, { location: '/login' }).end()
    }
    const headers = { 'x-test': 'yes', 'content-type': 'text/plain' }
    expect(await deliver(app, event, { secret, path: '/in', headers })).toMatchObject({
      status: 302,
      body: '',
    })
    expect(seen).toEqual([['/in', 'yes', 'text/plain']])
  })

  it('must be one', async () => {
    await expect(deliver({} as never, event, { secret })).rejects.toThrow(TypeError)
    await expect(deliver('http://127.0.0.1:1', event, { secret })).rejects.toThrow('ECONNREFUSED')
  })
})

it.each([
  ['options', undefined],
  ['secret', {}],
  ['secret for a forgery', { as: 'forged' }],
  ['secret but an empty one', { secret: '' }],
])('says when there is no %s', async (_name, options) => {
  const answer = deliver(receiver().app, event, options as { secret: string }) // as plain JavaScript may
  await expect(answer).rejects.toThrow(/no secret to sign with: `deliver\(/)
})

it.each(badDeliveries)('bad delivery: $name: $status $code', async (bad) => {
  const { webhooks, app } = receiver()
  const listener = vi.fn()
  webhooks.onAny(listener)
  const answer = await deliver(app, bad, { secret })
  expect(answer).toMatchObject({ status: bad.status, code: bad.code })
  expect(answer.reason).toMatch(/\w/)
  expect(listener).not.toHaveBeenCalled()
})

it.each([
  ['on-ramp', ['payment_created', 'payment_received', 'crypto_tx_sent', 'crypto_delivered']],
  ['off-ramp', ['payment_created', 'payment_received', 'fiat_sent', 'fiat_delivered']],
  ['rejected', ['payment_created', 'payment_rejected']],
  ['expired', ['payment_created', 'payment_expired']],
  [
    'refund',
    [
      'payment_created',
      'payment_received',
      'refund_started',
      'refund_in_progress',
      'refund_delivered',
    ],
  ],
] as const)('the life of an order: %s', async (life, names) => {
  const start = new Date('2026-01-01T00:00:00.000Z')
  const events = koyweOrder(life, { externalId: 'A-1', start })
  expect(events.map(({ eventName }) => eventName)).toEqual(names)
  expect(new Set(events.map(({ orderId }) => orderId)).size).toBe(1)
  const times = events.map(({ timeStamp }) => timeStamp)
  expect(times).toEqual([...new Set(times)].toSorted())
  expect(times[0]).toBe('2026-01-01T00:00:00.000Z')
  const { app } = receiver()
  for (const one of events)
    expect(await deliver(app, one, { secret })).toMatchObject({ status: 200, event: one })
})
