import type { AddressInfo } from 'node:net'
import middie from '@fastify/middie'
import { payload, post, signed } from '@x/koywe-conformance'
import { createKoyweWebhooks, createMemoryDedupeStore, type DedupeStore } from '@x/koywe-core'
import { listen } from '@x/koywe-testkit/listen'
import { createMemoryLog } from '@x/koywe-testkit/memory-log'
import { open, readResponse, send } from '@x/koywe-testkit/wire'
import type { ErrorRequestHandler } from 'express'
import fastify, { type FastifyInstance } from 'fastify'
import request from 'supertest'
import { afterEach, describe, expect, it } from 'vitest'
import { bearer, type ExpressHandler, koyweAuthCallback, koyweWebhooks } from '../src/index.js'
import { everything, frameworks } from './mounts.js'

const secret = 'conformance-secret'
const path = '/webhooks/koywe'

const running: { close(): Promise<void> }[] = []

afterEach(async () => {
  for (const server of running.splice(0)) await server.close()
})

describe.each(frameworks)('%s', (_name, express) => {
  /** An application that answers errors quietly. */
  function createApp() {
    const app = express()
    app.set('env', 'test')
    return app
  }

  async function serve(app: ReturnType<typeof express>) {
    const server = await listen(app)
    running.push(server)
    return server.port
  }

  const postSigned = (app: ReturnType<typeof express>, to = path, fields = {}) =>
    request(app)
      .post(to)
      .set('Content-Type', 'application/json')
      .send(signed(payload(fields)))

  it('hands a typed event to its listener and answers once it is done', async () => {
    const orders: string[] = []
    const app = createApp().use(
      koyweWebhooks(secret).on('crypto_delivered', async (event, delivery) => {
        orders.push(`${event.orderId} ${delivery.id.length}`)
      }),
    )
    const response = await postSigned(app, path, { orderId: 'A-1' })
    expect(response.status).toBe(200)
    expect(response.body).toEqual({ received: true })
    expect(orders).toEqual(['A-1 64'])
  })

  describe('a request that is not ours', () => {
    it('is passed on behind a route that called next, which is logged once with the cure', async () => {
      const log = createMemoryLog()
      const app = createApp()
      app.post('/orders', (_request, _response, next) => next())
      app.use(koyweWebhooks(secret, { logger: log }))
      expect((await postSigned(app, '/orders')).status).toBe(404)
      expect((await postSigned(app, '/orders')).status).toBe(404)
      expect(log.lines).toEqual([
        expect.stringMatching(/"\/orders" was passed on, although.*path: '\*'/),
      ])
    })

    it('is left alone behind such a route even if the middleware is wrapped', async () => {
      const webhooks = koyweWebhooks(secret)
      const app = createApp()
      app.post('/orders', (_request, _response, next) => next())
      app.use((request, response, next) => webhooks(request, response, next))
      app.post('/orders', (_request, response) => response.status(201).end())
      expect((await postSigned(app, '/orders')).status).toBe(201)
    })

    it.each<[string, (express_: typeof express) => string | RegExp]>([
      ['a wildcard', everything],
      ['a RegExp for all', () => /.*/],
    ])('under %s is passed on untouched, wrapped or not', async (_name, pathOf) => {
      const webhooks = koyweWebhooks(secret)
      const wrapped = koyweWebhooks(secret)
      const app = createApp().use(pathOf(express), webhooks)
      app.use(pathOf(express), (request, response, next) => wrapped(request, response, next))
      app.use('/orders', express.json(), (request, response) =>
        response.status(201).json(request.body),
      )
      // Shows that a wrapped middleware under a RegExp has no path of its own.
      expect((await postSigned(app, '/')).status).toBe(404)
      for (const to of ['/orders', '/orders/']) {
        const response = await postSigned(app, to, { orderId: 'A-1' })
        expect(response.status).toBe(201)
        expect(response.body).toMatchObject({ orderId: 'A-1' })
      }
      expect((await postSigned(app)).body).toEqual({ received: true })
    })

    it('is warned of once when its path is nearly ours, with the cure', async () => {
      const log = createMemoryLog()
      const app = createApp().use(koyweWebhooks(secret, { logger: log }))
      for (const to of ['/webhooks/koywe/', '/webhooks/koywe/', '//webhooks/koywe', '/other']) {
        expect(
          (await send(await serve(app), { path: to, ...post(signed(payload())) })).status,
        ).toBe(404)
      }
      expect(log.lines).toEqual([
        expect.stringMatching(/"\/webhooks\/koywe\/" was passed on.*`path`/),
      ])
    })
  })

  describe('middleware in front that keeps nothing of the body', () => {
    it.each<[string, ExpressHandler]>([
      [
        'has read it to its end',
        (request, _response, next) => {
          request.on('end', () => next()).resume()
        },
      ],
      [
        'has read a part of it',
        (request, _response, next) => {
          request.once('readable', () => {
            request.read(5)
            next()
          })
        },
      ],
      [
        'is still reading it',
        (request, _response, next) => {
          request.on('data', () => {})
          setTimeout(next, 20)
        },
      ],
      [
        'has read it to its end and left the empty object of a parser',
        (request, _response, next) => {
          Object.assign(request, { body: {} })
          request.on('end', () => next()).resume()
        },
      ],
      [
        'has called setEncoding',
        (request, _response, next) => {
          request.setEncoding('utf8')
          next()
        },
      ],
    ])('because it %s: answered at once, with the cure in the log', async (_name, swallow) => {
      const logger = createMemoryLog()
      const heard: unknown[] = []
      const webhooks = koyweWebhooks(secret, { logger, timeoutMs: 20_000 })
      const app = createApp()
        .use(swallow)
        .use(webhooks.onAny((event) => heard.push(event)))
      const port = await serve(app)
      const start = performance.now()
      const response = await send(port, { path, ...post(signed(payload())) })
      expect(performance.now() - start).toBeLessThan(5_000)
      expect(response.status).toBe(500)
      expect(response.body).toBe('{"error":"body_consumed"}')
      expect(logger.lines).toEqual([
        expect.stringMatching(/body_consumed: .*[Mm]ount this middleware/),
      ])
      expect(heard).toEqual([])
    })
  })

  it('uses the bytes kept by express.json({ verify }) after the body was edited', async () => {
    const app = createApp()
    app.use(
      express.json({
        verify: (request, _response, bytes) => {
          Object.assign(request, { rawBody: bytes })
        },
      }),
    )
    app.use((request, _response, next) => {
      request.body = { ...request.body, editedBy: 'a middleware' }
      next()
    })
    app.use(koyweWebhooks(secret))
    expect((await postSigned(app)).status).toBe(200)
  })

  it('logs when middleware has edited the body', async () => {
    const logger = createMemoryLog()
    const app = createApp().use(express.json())
    app.use((request, _response, next) => {
      request.body.editedBy = 'a middleware'
      next()
    })
    app.use(koyweWebhooks(secret, { logger }))
    const response = await postSigned(app)
    expect(response.status).toBe(401)
    expect(logger.lines).toEqual([expect.stringContaining('before anything that edits `req.body`')])
  })

  it('counts Content-Length in bytes: a body with € is read to its end', async () => {
    const notes: unknown[] = []
    const app = createApp().use(
      koyweWebhooks(secret).onAny((event) => notes.push('note' in event && event.note)),
    )
    const response = await postSigned(app, path, { note: '€€€ ñ 🪝' })
    expect(response.status).toBe(200)
    expect(response.headers['content-length']).toBe(String(Buffer.byteLength(response.text)))
    expect(notes).toEqual(['€€€ ñ 🪝'])
  })

  it('tells the sender nothing of a listener’s error', async () => {
    const app = createApp().use(
      koyweWebhooks(secret, { logger: false }).onAny(() => {
        throw new Error('postgres://user:password@host')
      }),
    )
    const response = await postSigned(app)
    expect(response.status).toBe(500)
    expect(response.text).toBe('{"error":"handler_failed"}')
    expect(JSON.stringify(response.headers)).not.toContain('password')
  })

  it('two middlewares of one receiver share its listeners and its memory', async () => {
    const receiver = createKoyweWebhooks(secret)
    const heard: unknown[] = []
    const one = koyweWebhooks(receiver).onAny((event) => heard.push(event))
    const app = createApp().use('/one', one).use('/two', koyweWebhooks(receiver))
    const body = signed(payload())
    const deliver = (to: string) => request(app).post(to).type('json').send(body)
    expect((await deliver('/two')).body).toEqual({ received: true })
    expect((await deliver('/one')).body).toEqual({ received: true, duplicate: true })
    expect(heard).toHaveLength(1)
  })

  it.each([['/hooks/koywe'], ['/hooks/:tenant'], [/^\/hooks\/koywe/], [/^\/hooks\/(koywe|other)/]])(
    'a path of its own is no wildcard: %s',
    async (place) => {
      const webhooks = koyweWebhooks(secret)
      const wrapped = koyweWebhooks(secret)
      const app = createApp().use('/wrapped', (request, response, next) => {
        express.Router().use(place, (...all) => wrapped(...all))(request, response, next)
      })
      app.use(place, webhooks)
      app.use(
        '/sub',
        createApp().use(place, (...all) => wrapped(...all)),
      )
      for (const to of ['/hooks/koywe', '/hooks/koywe/', '/sub/hooks/koywe']) {
        expect((await postSigned(app, to)).body).toEqual({ received: true })
      }
      expect((await postSigned(app, '/hooks')).status).toBe(404)
    },
  )

  it('no request below its own path turns it off, though it is wrapped and beside wildcards', async () => {
    const webhooks = koyweWebhooks(secret, { logger: false })
    const app = createApp()
    for (const wildcard of [everything(express), /.*/])
      app.use(wildcard, (_request, _response, next) => next())
    app.use('/hooks/koywe', (...all) => webhooks(...all))
    for (const below of ['/hooks/koywe/x', '/hooks/koywe//']) {
      for (const ask of [request(app).get(below), request(app).post(below)]) {
        await ask
        expect((await postSigned(app, '/hooks/koywe')).body).toEqual({ received: true })
      }
    }
  })

  it('an answer that cannot be written cuts the connection, and no error handler answers a question', async () => {
    const app = createApp()
    app.use((_request, response, next) => {
      const { writeHead } = response
      response.writeHead = () => {
        response.writeHead = writeHead
        throw new Error('a listener of the headers failed')
      }
      next()
    })
    app.use(koyweAuthCallback({ auth: bearer('token'), isAllowed: () => false }))
    const onError: ErrorRequestHandler = (_error, _request, response, _next) => {
      response.status(200).json({ message: 'sorry' })
    }
    app.use(onError)
    const asked = request(app).post('/koywe/auth').set('Authorization', 'Bearer token')
    await expect(asked.send({ email: 'a@b.c' })).rejects.toThrow('socket hang up')
  })

  it('two middlewares do not get confused: one bare, and one wrapped on a route', async () => {
    const sandbox = koyweWebhooks('sandbox', { logger: false })
    const production = koyweWebhooks(secret, { logger: false })
    const app = createApp()
    app.post('/live', async (request, response, next) => production(request, response, next))
    app.use(sandbox)
    expect((await postSigned(app, '/other')).status).toBe(404)
    expect((await postSigned(app, '/live')).body).toEqual({ received: true })
    expect((await postSigned(app)).status).toBe(401)
  })

  it('keeps headers set by earlier middleware', async () => {
    const app = createApp()
    app.use((_request, response, next) => {
      response.set('access-control-allow-origin', '*')
      next()
    })
    app.use(koyweWebhooks(secret))
    expect((await postSigned(app)).headers['access-control-allow-origin']).toBe('*')
  })

  it('writes nothing when something else has answered in the meantime, and keeps the connection', async () => {
    const app = createApp()
    app.use((_request, response, next) => {
      webhooks.once('crypto_delivered', () => {
        response.status(503).end('late')
      })
      next()
    })
    const webhooks = koyweWebhooks(secret, { logger: false })
    app.use(webhooks)
    const socket = await open(await serve(app))
    for (const _ of [1, 2]) {
      const body = signed(payload())
      socket.write(
        `POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
      )
      expect(await readResponse(socket)).toMatchObject({ status: 503, body: 'late' })
      socket.removeAllListeners('data')
    }
    socket.destroy()
  })

  it('one middleware may be mounted twice', async () => {
    const webhooks = koyweWebhooks(secret)
    const app = createApp().use(webhooks).use('/also', webhooks)
    app.post('/route', webhooks)
    for (const place of [path, '/also', '/route']) {
      expect((await postSigned(app, place)).body).toEqual({ received: true })
    }
  })

  it('passes errors that are not the request’s fault to the application’s error handling', async () => {
    const errors: unknown[] = []
    // A store in plain JavaScript.
    const dedupe = { claim: async () => 'OK' } as unknown as DedupeStore
    const app = createApp().use(koyweWebhooks(secret, { dedupe, logger: false }))
    const onError: ErrorRequestHandler = (error, _request, response, _next) => {
      errors.push(error)
      response.status(599).end()
    }
    app.use(onError)
    const response = await send(await serve(app), { path, ...post(signed(payload())) })
    expect(errors).toEqual([expect.any(TypeError)])
    expect(response.status).toBe(599)
  })

  it('closes the connection after an upload over the limit once its sender has read the answer', async () => {
    const app = createApp().use(koyweWebhooks(secret, { logger: false, limit: 1000 }))
    const socket = await open(await serve(app))
    socket.write(
      `POST ${path} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nbb8\r\n${'x'.repeat(3000)}\r\n`,
    )
    const response = await readResponse(socket)
    expect(response.status).toBe(413)
    expect(response.headers.get('connection')).toBe('close')
    socket.destroy()
  })
})

/** Connect-style middleware under Fastify, where Express's own properties are missing. */
describe('through middie on Fastify', () => {
  async function start(build: (app: FastifyInstance) => void) {
    const app = fastify()
    await app.register(middie)
    build(app)
    app.post('/orders', async () => 'the application')
    await app.listen({ port: 0, host: '127.0.0.1' })
    running.push(app)
    const { port } = app.server.address() as AddressInfo // the address of a TCP server is an object
    return async (to: string) => (await send(port, { path: to, ...post(signed(payload())) })).body
  }

  it('answers its path when mounted bare, and passes everything else on untouched', async () => {
    const ask = await start((app) => app.use(koyweWebhooks(secret)))
    expect(await ask(path)).toBe('{"received":true}')
    expect(await ask(`${path}?a=1`)).toBe('{"received":true}')
    expect(await ask('/orders')).toBe('the application')
  })

  it('answers the path it is mounted on', async () => {
    const ask = await start((app) => app.use('/hooks/koywe', koyweWebhooks(secret)))
    for (const to of ['/hooks/koywe', '/hooks/koywe/', '/hooks/koywe?a=1']) {
      expect(await ask(to)).toBe('{"received":true}')
    }
    expect(await ask('/orders')).toBe('the application')
  })

  it.each(['/hooks/koywe/x', '/hooks/koywe//', '/hooks/ko%79we', 'http://example.com/hooks/koywe'])(
    'no request turns it off where it is mounted on a path: %s',
    async (other) => {
      const ask = await start((app) =>
        app.use('/hooks/koywe', koyweWebhooks(secret, { logger: false })),
      )
      await ask(other)
      expect(await ask('/hooks/koywe')).toBe('{"received":true}')
    },
  )

  it('compares the whole path under a wildcard, and learns that it is one', async () => {
    const ask = await start((app) => app.use('/*all', koyweWebhooks(secret, { logger: false })))
    expect(await ask(path)).toBe('{"received":true}')
    expect(await ask('/orders')).toBe('the application')
  })
})

describe('an unknown option is a TypeError', () => {
  it.each([
    [{ dedup: false }, '`dedupe`'],
    [{ timeoutMS: 1 }, '`timeoutMs`'],
    [{ pat: '/in' }, '`path`'],
  ])('that names the nearest one: %j', (options, nearest) => {
    // What plain JavaScript may pass.
    expect(() => koyweWebhooks(secret, options as object)).toThrow(TypeError)
    expect(() => koyweWebhooks(secret, options as object)).toThrow(nearest)
  })

  it('also when a second secret is passed instead of options', () => {
    expect(() => koyweWebhooks('new', 'old' as unknown as object)).toThrow(
      'koyweWebhooks([current, previous])',
    )
  })

  it('of the auth callback too', () => {
    const options = { auth: bearer('token'), isAllowed: () => true, paht: '/in' }
    expect(() => koyweAuthCallback(options)).toThrow('`path`')
    expect(() => koyweAuthCallback(undefined as never)).toThrow(/must be an object/)
  })
})

describe('koyweWebhooks throws a TypeError', () => {
  it.each([[undefined], [null], [''], ['   '], [[]], [['good', '']], [() => {}]])(
    'that says what to set, for the secret %j',
    (secrets) => {
      // What plain JavaScript may pass.
      expect(() => koyweWebhooks(secrets as string)).toThrow(TypeError)
      expect(() => koyweWebhooks(secrets as string)).toThrow('KOYWE_WEBHOOK_SECRET')
    },
  )

  it.each([['webhooks/koywe'], [''], [7]])('for the path %j', (wrong) => {
    expect(() => koyweWebhooks(secret, { path: wrong as string })).toThrow(TypeError)
  })

  it('for an existing receiver along with settings of its own', () => {
    const receiver = createKoyweWebhooks(secret)
    const dedupe = createMemoryDedupeStore()
    for (const options of [
      { limit: 1 },
      { timeoutMs: 1 },
      { logger: false as const },
      { dedupe },
    ]) {
      expect(() => koyweWebhooks(receiver, options)).toThrow('createKoyweWebhooks')
    }
    koyweWebhooks(receiver, { path: '/in' })
  })
})
