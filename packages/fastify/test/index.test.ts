import type { RequestListener } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import { configure as serverlessExpress } from '@codegenie/serverless-express'
import cors from '@fastify/cors'
import helmet from '@fastify/helmet'
import { payload, post, signed } from '@x/koywe-conformance'
import { signatureOfBytes } from '@x/koywe-testkit/sign'
import { encode, open, readResponse, send } from '@x/koywe-testkit/wire'
import fastify5, { type FastifyInstance, type FastifyServerOptions } from 'fastify'
import serverlessHttp from 'serverless-http'
import { afterEach, describe, expect, it } from 'vitest'
import koyweDefault, {
  bearer,
  createKoywePayments,
  createKoyweWebhooks,
  koyweAuthCallback,
  koywePayments,
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

  it('is the default export too, for autoload', () => {
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
    make().register(koyweWebhooks, options as never)
    await expect(app.ready()).rejects.toThrow(cure)
  })

  it('refuses a second secret in the same scope', async () => {
    make().register(koyweWebhooks, { secret })
    app.register(koyweWebhooks, { secret: 'other', path: '/other' })
    await expect(app.ready()).rejects.toThrow(/app.koywe. belongs to/)
  })

  it('receives Payments webhooks with a decorator of their own', async () => {
    const heard: string[] = []
    make().register(koyweWebhooks, { secret })
    await app.register(koywePayments, { secret })
    app.koywePayments.on('order.paid', ({ type }) => heard.push(type))
    const receiver = createKoywePayments('two').onAny(({ type }) => heard.push(type))
    await app.register(koywePayments, { payments: receiver, prefix: '/two' })
    for (const [url, by] of [
      ['/webhooks/koywe-payments', secret],
      ['/two', 'two'],
    ] as const) {
      const body = '{"type":"order.paid"}'
      const headers = { 'koywe-signature': signatureOfBytes(body, by) }
      const response = await app.inject({ method: 'POST', url, payload: body, headers })
      expect(response.json()).toEqual({ received: true })
    }
    expect(heard).toEqual(['order.paid', 'order.paid'])
    expect(app.koywePayments).not.toBe(app.koywe)
  })

  it('refuses a second secret for koywePayments in the same scope', async () => {
    make().register(koywePayments, { secret })
    app.register(koywePayments, { secret: 'other', path: '/other' })
    await expect(app.ready()).rejects.toThrow(/app.koywePayments. belongs to.*createKoywePayments/)
  })

  it.each([
    ['no secret', {}, /KOYWE_PAYMENTS_SECRET/],
    [
      'a secret and a receiver',
      { secret, payments: createKoywePayments(secret) },
      /only one of `secret`, `secrets` and `payments`/,
    ],
    [
      'the option of the other plugin',
      { webhooks: createKoyweWebhooks(secret) },
      /`webhooks` of koywePayments/,
    ],
    ['an unknown option', { secret, dedup: false }, /`dedup` of koywePayments.*`dedupe`/],
  ])('does not start koywePayments with %s', async (_what, options, cure) => {
    make().register(koywePayments, options as never)
    await expect(app.ready()).rejects.toThrow(cure)
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

  it('answers at once when a hook consumed the body, and logs the cure', async () => {
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

  const askBy = (payload: string, headers: Record<string, string> = {}) =>
    app.inject({
      method: 'POST',
      url: '/koywe/auth',
      payload,
      headers: { 'content-type': 'application/json', authorization: 'Bearer token', ...headers },
    })
  const question = JSON.stringify({ email: 'maria@example.com' })
  const auth = bearer('token')

  it('keeps headers set by hooks, and shows the answer to hooks and the log', async () => {
    const seen: unknown[] = []
    const lines: string[] = []
    make({ logger: { stream: { write: (line: string) => lines.push(line) } } })
    app.addHook('onRequest', async (_request, reply) => {
      reply.header('access-control-allow-origin', '*').header('set-cookie', ['a=1', 'b=2'])
      reply.header('content-type', 'text/html').header('content-length', 7)
      reply.raw.setHeader('x-frame-options', 'DENY')
    })
    app.addHook('onResponse', async (request, reply) => {
      seen.push([request.url, reply.statusCode, reply.elapsedTime > 0])
    })
    await app.register(koyweWebhooks, { secret })
    await app.register(koyweAuthCallback, { auth, isAllowed: () => true })
    for (const response of [await deliver(), await askBy(question), await askBy('{}')]) {
      expect(response.headers).toMatchObject({
        'access-control-allow-origin': '*',
        'set-cookie': ['a=1', 'b=2'],
        'x-frame-options': 'DENY',
        'content-type': 'application/json; charset=utf-8',
        'content-length': String(response.body.length),
        'cache-control': 'no-store',
      })
    }
    expect(seen).toEqual([
      ['/webhooks/koywe', 200, true],
      ['/koywe/auth', 200, true],
      ['/koywe/auth', 400, true],
    ])
    const completed = lines.map((line) => JSON.parse(line)).filter(({ res }) => res)
    expect(completed.map(({ res, msg }) => [msg, res.statusCode])).toEqual([
      ['request completed', 200],
      ['request completed', 200],
      ['request completed', 400],
    ])
  })

  it('answers no when one of the hooks throws, whatever the error handler does', async () => {
    let failure: unknown
    make()
    app.setErrorHandler(async (_error, _request, reply) => reply.code(200).send({ ok: true }))
    app.addHook('preHandler', async () => {
      throw failure
    })
    await app.register(koyweAuthCallback, { auth, isAllowed: () => true })
    for (const [thrown, status] of [
      [new Error('no database'), 500],
      [Object.assign(new Error('too many'), { statusCode: 429 }), 429],
      [Object.assign(new Error('odd'), { statusCode: 200 }), 500],
    ] as const) {
      failure = thrown
      expect(await askBy(question)).toMatchObject({ statusCode: status, body: 'false' })
    }
  })

  it('runs the application’s hooks for a malformed Content-Type too, and shows them that header', async () => {
    const seen: unknown[] = []
    make()
    app.addHook('preValidation', async ({ headers }) => seen.push(headers['content-type']))
    app.addHook('preHandler', async (request, reply) => {
      if (request.headers['x-stranger']) return reply.code(403).send()
    })
    await app.register(koyweWebhooks, { secret })
    const post = (headers: Record<string, string>) =>
      app.inject({
        method: 'POST',
        url: '/webhooks/koywe',
        payload: signed(payload(), secret),
        headers: { 'content-type': 'nonsense', ...headers },
      })
    expect((await post({})).statusCode).toBe(200)
    expect((await post({ 'x-stranger': '1' })).statusCode).toBe(403)
    expect(seen).toEqual(['nonsense', 'nonsense'])
  })

  it('writes nothing when something else has answered, and cuts the connection when it cannot write', async () => {
    make()
    app.addHook('onRequest', async (request, reply) => {
      if (request.headers['x-busy']) reply.raw.writeHead(503, { 'content-length': '4' }).end('busy')
      if (request.headers['x-odd']) reply.header('x-odd', 'a\nb')
    })
    await app.register(koyweWebhooks, { secret, logger: false })
    const port = await listen()
    const request = (name: string) => {
      const { body, headers } = post(signed(payload(), secret))
      return { path: '/webhooks/koywe', body, headers: { ...headers, [name]: '1' } }
    }
    const socket = await open(port)
    socket.write(encode(request('x-busy')))
    expect(await readResponse(socket)).toMatchObject({ status: 503, body: 'busy' })
    socket.removeAllListeners('data')
    socket.write(encode(request('x-other')))
    expect(await readResponse(socket)).toMatchObject({ status: 200 })
    socket.destroy()
    await expect(send(port, request('x-odd'))).rejects.toThrow(/closed without an answer/)
    expect((await deliver()).statusCode).toBe(200)
  })

  it('asks about another field, under its own name', async () => {
    make()
    await app.register(koyweAuthCallback<'document'>, {
      auth,
      field: 'document',
      isAllowed: ({ document }) => document === '7',
    })
    app.register(koyweAuthCallback, {
      auth,
      // @ts-expect-error Without the type argument, the field is the e-mail.
      field: 'document',
      isAllowed: () => true,
      prefix: '/b',
    })
    expect((await askBy('{"document":"7"}')).body).toBe('true')
    expect((await askBy('{"email":"7"}')).body).toBe('false')
  })

  it.each<[string, object, RegExp]>([
    ['dedup', { secret, dedup: false }, /`dedup` of koyweWebhooks.*`dedupe`/],
    ['secert', { secert: secret }, /`secert` of koyweWebhooks.*`secret`/],
    ['Path', { secret, Path: '/x' }, /`Path` of koyweWebhooks.*`path`/],
  ])('does not start with the unknown option %s', async (_name, options, cure) => {
    make().register(koyweWebhooks, options as never)
    await expect(app.ready()).rejects.toThrow(cure)
  })

  it.each<[string, object, RegExp]>([
    ['timeoutMS', { timeoutMS: 1 }, /`timeoutMS` of koyweAuthCallback.*`timeoutMs`/],
    ['prefx', { prefx: '/x' }, /`prefx` of koyweAuthCallback.*`prefix`/],
  ])('does not start the auth callback with the option %s either', async (_name, wrong, cure) => {
    make().register(koyweAuthCallback, { auth, isAllowed: () => true, ...wrong })
    await expect(app.ready()).rejects.toThrow(cure)
  })

  it("takes Fastify's own options of every plugin", async () => {
    const lines: string[] = []
    make({ logger: { level: 'error', stream: { write: (line: string) => lines.push(line) } } })
    await app.register(koyweWebhooks, { secret, logLevel: 'warn', logSerializers: {} })
    const options = { auth, isAllowed: () => true, logLevel: 'warn', logSerializers: {} } as const
    await app.register(koyweAuthCallback, options)
    expect((await deliver('/webhooks/koywe', 'another')).statusCode).toBe(401)
    expect((await askBy('{}')).statusCode).toBe(400)
    const said = lines.map((line) => JSON.parse(line).msg)
    expect(said).toEqual([
      expect.stringContaining('invalid_signature'),
      expect.stringContaining('invalid_payload'),
    ])
  })

  /** An event from API Gateway's HTTP API, with the fields that the wrappers read. */
  const gatewayEvent = (path: string, body: string) => ({
    version: '2.0',
    rawPath: path,
    rawQueryString: '',
    headers: { 'content-type': 'application/json', authorization: 'Bearer token' },
    requestContext: { http: { method: 'POST', path, sourceIp: '127.0.0.1' }, stage: '$default' },
    isBase64Encoded: false,
    body,
  })

  it.each(['serverless-http', '@codegenie/serverless-express'])(
    'answers behind %s',
    async (wrapper) => {
      make()
      await app.register(koyweWebhooks, { secret })
      // The credential is slow, so reading the body must have started before.
      const isKoywe = async () => {
        await delay(20)
        return true
      }
      await app.register(koyweAuthCallback, { auth: bearer(isKoywe), isAllowed: () => true })
      await app.ready()
      const onRequest: RequestListener = (request, response) =>
        app.server.emit('request', request, response)
      const handler = (wrapper === 'serverless-http'
        ? serverlessHttp(onRequest)
        : serverlessExpress({ app: onRequest })) as unknown as (
        event: object,
        context: object,
      ) => Promise<object>
      const ask = (path: string, body: string) => handler(gatewayEvent(path, body), {})
      expect(await ask('/koywe/auth', question)).toMatchObject({ statusCode: 200, body: 'true' })
      expect(await ask('/koywe/auth', '{}')).toMatchObject({ statusCode: 400, body: 'false' })
      const delivered = await ask('/webhooks/koywe', signed(payload(), secret))
      expect(delivered).toMatchObject({ statusCode: 200, body: '{"received":true}' })
    },
  )

  it('waits on close for listeners that outlast the answer', async () => {
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

describe('fastify 5', () => {
  it('works with @fastify/cors and @fastify/helmet', async () => {
    const app = fastify5()
    await app.register(cors, { origin: 'https://example.com' })
    await app.register(helmet)
    await app.register(koyweWebhooks, { secret })
    const response = await app.inject({
      method: 'POST',
      url: '/webhooks/koywe',
      payload: signed(payload(), secret),
    })
    expect(response.statusCode).toBe(200)
    expect(response.headers).toMatchObject({
      'access-control-allow-origin': 'https://example.com',
      'x-content-type-options': 'nosniff',
    })
    await app.close()
  })

  it("has its own time limit, and not the framework's", async () => {
    const app = fastify5({ handlerTimeout: 30 })
    app.setErrorHandler(async (_error, _request, reply) => reply.code(200).send({ ok: true }))
    const isAllowed = async () => {
      await delay(100)
      return true
    }
    await app.register(koyweAuthCallback, { auth: bearer('token'), isAllowed })
    const response = await app.inject({
      method: 'POST',
      url: '/koywe/auth',
      payload: { email: 'maria@example.com' },
      headers: { authorization: 'Bearer token' },
    })
    expect(response).toMatchObject({ statusCode: 200, body: 'true' })
    await app.close()
  })
})
