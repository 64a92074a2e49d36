import type { KoywePaymentsEvent, UnknownKoywePaymentsEvent } from '@x/koywe-core'
import { signatureOfBytes } from '@x/koywe-testkit/sign'
import { closing, encode, open, readResponse, send, type WireRequest } from '@x/koywe-testkit/wire'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Answer, expectAnswer } from './answer.js'
import { payload, post, secrets, signed } from './deliveries.js'
import type { Kept, Mount, PaymentsServer } from './mount.js'
import {
  orderEvent,
  type PaymentsDelivery,
  paymentsDeliveries,
  signedPost,
} from './payments-deliveries.js'

const timeoutMs = 400

const received = { status: 200, body: '{"received":true}' }
const duplicate = { status: 200, body: '{"received":true,"duplicate":true}' }
const bytesAreLost = { status: 500, body: '{"error":"body_consumed"}' }

/** What the log advises on each framework where a parser has not kept the bytes. */
const cures: readonly (readonly [string, RegExp])[] = [
  ['express', /express\.json\(\{ verify:.*NestFactory\.create\(AppModule, \{ rawBody: true \}\)/],
  ['koa', /above app\.use\(bodyParser\(\)\).*`ctx\.request\.rawBody`/],
  ['fastify', /This plugin reads the bytes itself.*`request\.rawBody`/],
]

/**
 * Plays every delivery of the Payments API at every mount, in an application that receives ramp webhooks, too. Where only a parsed
 * value is left of a body, or a text that is not what came, the answer is `body_consumed`, with that framework's cure in the log.
 */
export function describePayments(mounts: readonly Mount[]): void {
  for (const mount of mounts) {
    describe.concurrent(mount.name, () => {
      describe.sequential('payments', () => playAt(mount))
    })
  }
  const first = new Map(mounts.toReversed().map((mount) => [mount.framework, mount]))
  for (const mount of first.values()) {
    describe.concurrent(mount.framework, () => refuseUploadsAt(mount))
  }
}

const ranks: readonly Kept[] = ['value', 'text', 'bytes']

function answerAt(mount: Mount, delivery: PaymentsDelivery): Answer & { readonly heard: number } {
  const enough = ranks.indexOf(mount.keeps) >= ranks.indexOf(delivery.needs ?? 'text')
  return enough ? delivery : { ...bytesAreLost, heard: 0 }
}

function playAt(mount: Mount): void {
  const path = mount.pathOf('/webhooks/koywe-payments')
  const heard: (KoywePaymentsEvent | UnknownKoywePaymentsEvent)[] = []
  const heardOfRamp: unknown[] = []
  const log: string[] = []
  let waiting: (() => void)[] = []
  let server: PaymentsServer

  beforeAll(async () => {
    const logger = {
      warn: (message: string) => log.push(message),
      error: (_error: unknown, message: string) => log.push(message),
    }
    server = await mount.startPayments(secrets, { timeoutMs, logger })
    server.webhooks.onAny((event) => heardOfRamp.push(event))
    server.payments.onAny(async (event) => {
      heard.push(event)
      const behaviour = 'test' in event ? event.test : undefined
      if (behaviour === 'wait') await new Promise<void>((resolve) => waiting.push(resolve))
      if (behaviour === 'reject') await Promise.reject(new Error('no database'))
      if (behaviour === 'throw') throw new Error('no database')
    })
  })
  afterAll(async () => {
    for (const resolve of waiting) resolve()
    waiting = []
    await server.close()
  })

  const play = (request: Omit<WireRequest, 'path'>, to = path) =>
    send(server.port, { path: to, ...request })

  for (const delivery of paymentsDeliveries) {
    const { name, refusal } = delivery
    if (refusal && mount.parser?.includes(refusal)) {
      it(`${name}: refused by the parser in front`, async () => {
        const before = heard.length
        const { status } = await play(delivery.request())
        expect(status).toBeGreaterThanOrEqual(400)
        expect(status).toBeLessThan(500)
        expect(heard).toHaveLength(before)
      })
    } else {
      const answer = answerAt(mount, delivery)
      it(`${name}: ${answer.status}`, async () => {
        const before = heard.length
        expectAnswer(await play(delivery.request()), answer)
        expect(heard.length - before).toBe(answer.heard)
      })
    }
  }

  if (mount.keeps === 'value') {
    it('says in the log how this framework keeps the bytes', () => {
      const [, cure] = cures.find(([name]) => mount.framework.startsWith(name)) ?? []
      expect(log.join('\n')).toMatch(cure ?? expect.fail(mount.framework))
    })
  } else {
    it('hands over the event as signed, and a copy of it to nobody', async () => {
      const body = orderEvent({ note: 'ñ', later: [{ a: 1.5 }] })
      const before = heard.length
      expectAnswer(await play(signedPost(body)), received)
      expectAnswer(await play(signedPost(body)), duplicate)
      const old = signatureOfBytes(body, secrets[1])
      expectAnswer(await play(signedPost(body, old)), duplicate)
      expect(heard.slice(before)).toStrictEqual([JSON.parse(body)])
    })

    it('runs the listeners again when a failed event is retried', async () => {
      const request = signedPost(orderEvent({ test: 'throw' }))
      const before = heard.length
      for (const _ of [1, 2]) {
        expectAnswer(await play(request), { status: 500, body: '{"error":"handler_failed"}' })
      }
      expect(heard.length - before).toBe(2)
    })
  }

  it('receives ramp webhooks in the same application, and tells the two apart', async () => {
    const rampPath = '/webhooks/koywe'
    expectAnswer(await play(post(signed(payload())), rampPath), received)
    expect(heardOfRamp).toHaveLength(1)
    const mixedUp = { status: 400, body: '{"error":"payments_webhook"}' }
    expectAnswer(await play(signedPost(orderEvent()), rampPath), mixedUp)
    expect(heardOfRamp).toHaveLength(1)
    const [line = ''] = log.filter((logged) => logged.includes('payments_webhook'))
    expect(line).toContain('koywePayments')
    if (mount.keeps !== 'value') expect(line).toContain('Your secret made')
    expect(log.join('\n')).toMatch(/ramp_webhook: .*koyweWebhooks/)
  })

  it('leaves other methods on its path alone', async () => {
    for (const method of ['GET', 'PUT', 'DELETE']) {
      expect((await play({ method })).status).toBe(404)
    }
  })

  it('writes no secret, no digest and nothing of a body to the log', () => {
    expect(log.length).toBeGreaterThan(1)
    const lines = log.join('\n').replace(/delivery [0-9a-f]{64}/g, '')
    expect(lines).not.toMatch(/[0-9a-f]{64}|external_id|PRIVATE/i)
    for (const secret of secrets) expect(lines).not.toContain(secret)
  })
}

/** Once per framework, without a parser in front. */
function refuseUploadsAt(mount: Mount): void {
  it('answers a refused upload to the Payments API at once and closes the connection', async () => {
    const server = await mount.startPayments(secrets, { logger: false })
    const socket = await open(server.port)
    const path = mount.pathOf('/webhooks/koywe-payments')
    socket.write(encode({ path, headers: { 'Transfer-Encoding': 'chunked' }, unframed: true }))
    const chunk = `10000\r\n${'x'.repeat(0x10000)}\r\n`
    const upload = setInterval(() => socket.write(chunk), 20)
    try {
      const response = await readResponse(socket)
      expectAnswer(response, { status: 413, body: '{"error":"body_too_large"}' })
      expect(response.headers.get('connection')).toBe('close')
      await closing(socket)
    } finally {
      clearInterval(upload)
      socket.destroy()
      await server.close()
    }
  })
}
