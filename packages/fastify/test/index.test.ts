import { setTimeout as delay } from 'node:timers/promises'
import {
  encode,
  expectUploadToPass,
  open,
  payload,
  post,
  readResponse,
  receiveUpload,
  send,
  signed,
} from '@x/koywe-conformance'
import type { FastifyInstance, FastifyServerOptions } from 'fastify'
import { afterEach, describe, expect, it } from 'vitest'
import koyweDefault, {
  bearer,
  createKoyweWebhooks,
  koyweAuthCallback,
  koyweWebhooks,
} from '../src/index.js'
import { frameworks } from './mounts.js'

const secret = 'fastify-secret'

describe.each(frameworks)('%s', (_name, fastify) => {
  let app: FastifyInstance
  afterEach(() => app.close())

  const make = (options: FastifyServerOptions = {}): FastifyInstance => {
    app = fastify(options)
    return app
  }

  async function listen(): Promise<number> {
    await app.listen({ port: 0, host: '127.0.0.1' })
    return Number(new URL(app.listeningOrigin).port)
  }

  const deliver = (url = '/webhooks/koywe', by = secret) =>
    app.inject({
      method: 'POST',
      url,
      payload: signed(payload(), by),
      headers: { 'content-type': 'application/json' },
    })

  it('works with inject, and types app.koywe', async () => {
    const heard: string[] = []
    await make().register(koyweWebhooks, { secret })
    app.koywe.on('crypto_delivered', (event) => heard.push(event.eventName))
    const response = await deliver()
    expect(response.statusCode).toBe(200)
    expect(response.json()).toEqual({ received: true })
    expect(heard).toEqual(['crypto_delivered'])
  })

  it('is the default export as well, for autoload', () => {
    expect(koyweDefault).toBe(koyweWebhooks)
  })

  it('leaves the parsers of routes registered before and after it alone', async () => {
    make()
    app.addContentTypeParser('text/csv', { parseAs: 'string' }, (_request, text, done) =>
      done(null, { csv: text }),
    )
    const echo = async (request: { body: unknown }) => ({ got: request.body })
    app.post('/before', echo)
    await app.register(koyweWebhooks, { secret })
    await app.register(koyweAuthCallback, { auth: bearer('token'), isAllowed: () => true })
    app.post('/after', echo)
    for (const url of ['/before', '/after']) {
      const ask = async (type: string, body: string) => {
        const response = await app.inject({
          method: 'POST',
          url,
          payload: body,
          headers: { 'content-type': type },
        })
        return [response.statusCode, response.json()]
      }
      expect(await ask('application/json', '{"a":1}')).toEqual([200, { got: { a: 1 } }])
      expect(await ask('text/plain', 'text')).toEqual([200, { got: 'text' }])
      expect(await ask('text/csv', 'a;b')).toEqual([200, { got: { csv: 'a;b' } }])
      expect((await ask('application/xml', '<a/>'))[0]).toBe(415)
      expect((await ask('application/json', '{'))[0]).toBe(400)
    }
    expect((await deliver()).statusCode).toBe(200)
  })

  it('streams an upload to a route of the application untouched', async () => {
    make()
    await app.register(koyweWebhooks, { secret })
    await app.register(async (scope) => {
      scope.addContentTypeParser('*', (_request, stream, done) => done(null, stream))
      scope.post('/upload', async (request) => receiveUpload(request.raw))
    })
    await expectUploadToPass(await listen(), '/upload')
  })

  it.each([
    ['/webhooks/koywe?a=1', 200],
    ['/webhooks/k%6Fywe', 200],
    ['/webhooks/koywe/', 404],
    ['/webhooks/koyweX', 404],
    ['/WEBHOOKS/KOYWE', 404],
    ['/webhooks', 404],
  ])("follows the router's own rules: POST %s is answered with %i", async (path, status) => {
    await make().register(koyweWebhooks, { secret })
    expect((await deliver(path)).statusCode).toBe(status)
  })

  it('serves sandbox and production at once, one of them as a receiver', async () => {
    const heard: string[] = []
    const sandbox = createKoyweWebhooks('sandbox').onAny(() => heard.push('sandbox'))
    make()
    await app.register(koyweWebhooks, { secret })
    await app.register(koyweWebhooks, { webhooks: sandbox, path: '/sandbox/koywe' })
    app.koywe.onAny(() => heard.push('production'))
    expect((await deliver('/sandbox/koywe', 'sandbox')).statusCode).toBe(200)
    expect((await deliver('/webhooks/koywe')).statusCode).toBe(200)
    expect((await deliver('/webhooks/koywe', 'sandbox')).statusCode).toBe(401)
    expect(heard).toEqual(['sandbox', 'production'])
  })

  it('decorates with a receiver made elsewhere, and each scope with its own', async () => {
    const receiver = createKoyweWebhooks(secret)
    make()
    await app.register(async (scope) => {
      await scope.register(koyweWebhooks, { webhooks: receiver, prefix: '/one' })
      expect(scope.koywe).toBe(receiver)
    })
    await app.register(
      async (scope) => {
        await scope.register(koyweWebhooks, { secret: 'two' })
        expect(scope.koywe).not.toBe(receiver)
      },
      { prefix: '/two' },
    )
    expect((await deliver('/one')).statusCode).toBe(200)
    expect((await deliver('/two/webhooks/koywe', 'two')).statusCode).toBe(200)
  })

  it.each([
    ['no secret', {}, /KOYWE_WEBHOOK_SECRET/],
    ['an empty secret', { secret: '' }, /KOYWE_WEBHOOK_SECRET/],
    ['a blank one among good ones', { secrets: ['good', ' '] }, /KOYWE_WEBHOOK_SECRET/],
    ['a secret and secrets', { secret, secrets: [secret] }, /only one of/],
    [
      'settings beside a receiver',
      { webhooks: createKoyweWebhooks(secret), limit: 1 },
      /createKoyweWebhooks/,
    ],
    ['a path without a slash', { secret, path: 'hooks' }, /slash/],
  ])('does not start with %s', async (_what, options, cure) => {
    make().register(koyweWebhooks, options)
    await expect(app.ready()).rejects.toThrow(cure)
  })

  it('does not start with a second secret in the same scope', async () => {
    make().register(koyweWebhooks, { secret })
    app.register(koyweWebhooks, { secret: 'other', path: '/other' })
    await expect(app.ready()).rejects.toThrow(/app.koywe. is taken/)
  })

  it('does not start with an auth callback that has no credential', async () => {
    make().register(koyweAuthCallback, { isAllowed: () => true } as never)
    await expect(app.ready()).rejects.toThrow(/bearer\(token\)/)
  })

  it('writes to the log of the request', async () => {
    const lines: string[] = []
    make({ logger: { level: 'warn', stream: { write: (line: string) => lines.push(line) } } })
    await app.register(koyweWebhooks, { secret })
    app.koywe.onAny(() => {
      throw new Error('order unknown')
    })
    await deliver('/webhooks/koywe', 'another')
    await deliver()
    const [refused, failed] = lines.map((line) => JSON.parse(line))
    expect(refused).toMatchObject({ level: 40, reqId: 'req-1' })
    expect(refused.msg).toContain('invalid_signature')
    expect(failed).toMatchObject({ level: 50, reqId: 'req-2' })
    expect(JSON.stringify(failed)).toContain('order unknown')
  })

  it('answers at once when a hook has swallowed the body, and logs the cure', async () => {
    const log: string[] = []
    make().addHook('onRequest', async (request) => {
      for await (const _ of request.raw);
    })
    const logger = { warn: (message: string) => log.push(message), error() {} }
    await app.register(koyweWebhooks, { secret, logger })
    const port = await listen()
    const request = post(signed(payload(), secret))
    const response = await send(port, { path: '/webhooks/koywe', ...request })
    expect(response).toMatchObject({ status: 500, body: '{"error":"body_consumed"}' })
    expect(log.join()).toContain('body_consumed')
  })

  it('closes while an upload over the limit never ends', async () => {
    await make().register(koyweWebhooks, { secret })
    const socket = await open(await listen())
    const headers = { 'Transfer-Encoding': 'chunked' }
    socket.write(encode({ path: '/webhooks/koywe', headers, unframed: true }))
    socket.write(`20000\r\n${'x'.repeat(0x11000)}`)
    expect((await readResponse(socket)).status).toBe(413)
    await app.close()
  })

  it('waits on close for listeners that have outlasted the answer', async () => {
    let finished = false
    await make().register(koyweWebhooks, { secret, timeoutMs: 30, logger: false })
    app.koywe.onAny(async () => {
      await delay(150)
      finished = true
    })
    expect((await deliver()).statusCode).toBe(503)
    await app.close()
    expect(finished).toBe(true)
  })
})
