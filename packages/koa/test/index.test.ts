import { createRequire } from 'node:module'
import Router from '@koa/router'
import { payload, post, signed } from '@x/koywe-conformance'
import { listen, type RunningServer } from '@x/koywe-testkit/listen'
import { send } from '@x/koywe-testkit/wire'
import type Koa from 'koa'
import compose from 'koa-compose'
import mount from 'koa-mount'
import { afterEach, describe, expect, it } from 'vitest'
import {
  bearer,
  createKoyweWebhooks,
  type KoaContext,
  type KoaHandler,
  koyweAuthCallback,
  koyweWebhooks,
} from '../src/index.js'
import { frameworks } from './mounts.js'

const secret = 'koa-secret'

describe.each(frameworks)('%s', (_name, KoaOfVersion) => {
  let server: RunningServer
  afterEach(() => server.close())

  async function serve(build: (app: Koa) => void): Promise<void> {
    const app = new KoaOfVersion()
    app.silent = true
    build(app)
    server = await listen(app.callback())
  }

  it('answers at once when something consumed the body, and logs the cure', async () => {
    const log: string[] = []
    const logger = { warn: (message: string) => log.push(message), error() {} }
    await serve((app) =>
      app
        .use(async (context, next) => {
          for await (const _ of context.req);
          await next()
        })
        .use(koyweWebhooks(secret, { logger })),
    )
    const request = post(signed(payload(), secret))
    const response = await send(server.port, { path: '/webhooks/koywe', ...request })
    expect(response).toMatchObject({ status: 500, body: '{"error":"body_consumed"}' })
    expect(log.join()).toContain('Mount this middleware before it')
  })

  it('passes errors that are not its own to Koa, once', async () => {
    const errors: unknown[] = []
    const broken = { claim: async () => undefined as never }
    await serve((app) => {
      app.on('error', (error) => errors.push(error))
      app.use(koyweWebhooks(secret, { dedupe: broken }))
    })
    const request = post(signed(payload(), secret))
    const response = await send(server.port, { path: '/webhooks/koywe', ...request })
    expect(response.status).toBe(500)
    expect(errors).toHaveLength(1)
  })

  it('keeps the application’s state and shows the answer to its middleware', async () => {
    let seen: unknown
    await serve((app) =>
      app
        .use(async (context, next) => {
          context.state.user = 'kept'
          await next()
          seen = { state: { ...context.state }, status: context.status, body: context.body }
          // Too late to change the answer, but not an error.
          context.set('x-after', 'yes')
          context.body = 'another'
        })
        .use(koyweWebhooks(secret)),
    )
    const request = post(signed(payload(), secret))
    const response = await send(server.port, { path: '/webhooks/koywe', ...request })
    expect(seen).toEqual({ state: { user: 'kept' }, status: 200, body: '{"received":true}' })
    expect(response.body).toBe('{"received":true}')
  })

  it('keeps headers set by earlier middleware', async () => {
    await serve((app) =>
      app
        .use(async (context, next) => {
          context.set('access-control-allow-origin', '*')
          await next()
        })
        .use(koyweWebhooks(secret)),
    )
    const request = post(signed(payload(), secret))
    const response = await send(server.port, { path: '/webhooks/koywe', ...request })
    expect(response.headers.get('access-control-allow-origin')).toBe('*')
  })

  it('writes nothing when something else has answered in the meantime', async () => {
    const errors: unknown[] = []
    const webhooks = koyweWebhooks(secret, { logger: false })
    await serve((app) => {
      app.on('error', (error) => errors.push(error))
      app.use(async (context, next) => {
        webhooks.onAny(() => {
          context.respond = false
          context.res.writeHead(504, { 'content-length': 4 }).end('late')
        })
        await next()
      })
      app.use(webhooks)
    })
    const request = post(signed(payload(), secret))
    const response = await send(server.port, { path: '/webhooks/koywe', ...request })
    expect(response).toMatchObject({ status: 504, body: 'late' })
    expect(errors).toEqual([])
  })

  it('answers on its route though it is wrapped and something in front has set a body', async () => {
    const webhooks = koyweWebhooks(secret, { logger: false })
    const ask = koyweAuthCallback({ auth: bearer('token'), isAllowed: () => true, logger: false })
    const router = new Router()
      .post('/hooks/koywe', (context, next) => webhooks(context, next))
      .post('/ask', (context, next) => ask(context, next))
    await serve((app) =>
      app
        .use((context, next) => {
          context.body = { ok: true }
          return next()
        })
        .use(router.routes()),
    )
    const delivery = post(signed(payload(), secret))
    expect((await send(server.port, { path: '/hooks/koywe', ...delivery })).body).toBe(
      '{"received":true}',
    )
    expect((await send(server.port, { path: '/ask', ...delivery })).body).toBe('false')
  })

  it('an answer that cannot be written cuts the connection, also where errors are caught', async () => {
    await serve((app) =>
      app
        .use(async (context, next) => {
          try {
            await next()
          } catch {
            context.status = 200
            context.body = 'sorry'
          }
        })
        .use((context, next) => {
          const { writeHead } = context.res
          context.res.writeHead = () => {
            context.res.writeHead = writeHead
            throw new Error('a listener of the headers failed')
          }
          return next()
        })
        .use(koyweWebhooks(secret, { logger: false })),
    )
    const delivery = send(server.port, { path: '/webhooks/koywe', ...post('{}') })
    await expect(delivery).rejects.toThrow('closed without an answer')
  })

  describe('mounted bare behind routes that call next', () => {
    const goOn: Koa.Middleware = (_context, next) => next()
    const other: Koa.Middleware = (context) => {
      context.body = 'the application'
    }
    const ask = async (path: string) =>
      (await send(server.port, { path, ...post(signed(payload(), secret)) })).body

    it('leaves their POSTs alone, and logs so once with the cure', async () => {
      const log: string[] = []
      const logger = { warn: (message: string) => log.push(message), error() {} }
      const router = new Router().post('/orders', goOn)
      await serve((app) =>
        app.use(router.routes()).use(koyweWebhooks(secret, { logger })).use(other),
      )
      expect([await ask('/orders'), await ask('/orders')]).toEqual([
        'the application',
        'the application',
      ])
      expect(log).toEqual([expect.stringMatching(/"\/orders" was passed on.*path: '\*'/)])
    })

    it('leaves them alone inside router.use, and after a route for every path', async () => {
      const inside = new Router()
        .use(koyweWebhooks(secret, { logger: false }))
        .post('/orders', goOn)
      const guard = new Router().all('/{*all}', goOn)
      await serve((app) =>
        app.use(inside.routes()).use(guard.routes()).use(koyweWebhooks(secret)).use(other),
      )
      expect(await ask('/orders')).toBe('the application')
      expect(await ask('/else')).toBe('the application')
      expect(await ask('/webhooks/koywe')).toBe('{"received":true}')
    })

    it('leaves them alone even if wrapped, once a request came without a route or they have answered', async () => {
      const webhooks = koyweWebhooks(secret, { logger: false })
      const answering = new Router().post('/orders', goOn).post('/answered', (context, next) => {
        context.body = 'answered'
        return next()
      })
      await serve((app) =>
        app
          .use(answering.routes())
          .use((context, next) => webhooks(context, next))
          .use((context) => {
            context.body ??= 'the application'
          }),
      )
      await send(server.port, { path: '/', method: 'GET' })
      expect(await ask('/answered')).toBe('answered')
      expect(await ask('/orders')).toBe('the application')
    })
  })

  it('warns once of a near miss of its path, with the cure', async () => {
    const log: string[] = []
    const logger = { warn: (message: string) => log.push(message), error() {} }
    await serve((app) => app.use(koyweWebhooks(secret, { logger })))
    for (const path of ['/webhooks/koywe/', '/webhooks/koywe/', '/Webhooks/koywe']) {
      const { status } = await send(server.port, { path, ...post(signed(payload(), secret)) })
      expect(status).toBe(404)
    }
    expect(log).toEqual([expect.stringMatching(/"\/webhooks\/koywe\/" was passed on.*`path`/)])
  })

  it('serves two receivers, and one receiver at two mounts', async () => {
    const heard: string[] = []
    const sandbox = createKoyweWebhooks('sandbox').onAny(() => heard.push('sandbox'))
    const production = koyweWebhooks('production', { path: '/live' })
    production.onAny(() => heard.push('production'))
    await serve((app) =>
      app
        .use(koyweWebhooks(sandbox, { path: '/test' }))
        .use(mount('/also', koyweWebhooks(sandbox)))
        .use(production),
    )
    await send(server.port, { path: '/test', ...post(signed(payload(), 'sandbox')) })
    await send(server.port, { path: '/also', ...post(signed(payload(), 'sandbox')) })
    await send(server.port, { path: '/live', ...post(signed(payload(), 'production')) })
    expect(heard).toEqual(['sandbox', 'sandbox', 'production'])
    const { status } = await send(server.port, {
      path: '/live',
      ...post(signed(payload(), 'sandbox')),
    })
    expect(status).toBe(401)
  })
})

const load = createRequire(import.meta.url)

/** Every router with its major version, used through the newest types; these tests use only what all have. */
const routers = [
  ['@koa/router12'],
  ['@koa/router13'],
  ['@koa/router14'],
  ['@koa/router'],
  ['koa-router12'],
  ['koa-router13'],
  ['koa-router'],
] as const

const wrappers: readonly (readonly [string, (handler: KoaHandler) => KoaHandler])[] = [
  ['as it is', (handler) => handler],
  ['in an arrow function', (handler) => (context, next) => handler(context, next)],
  ['in an async function', (handler) => async (context, next) => handler(context, next)],
  ['bound', (handler) => handler.bind(undefined)],
  [
    'composed',
    (handler) => compose([(_context: KoaContext, next) => next(), handler]) as KoaHandler,
  ],
]

describe.each(routers)('on a route of %s', (name) => {
  const loaded = load(name) as { Router?: typeof Router } & typeof Router
  const RouterOfVersion = loaded.Router ?? loaded

  describe.each(frameworks)('under %s', (_name, KoaOfVersion) => {
    it.each(wrappers)('answers, mounted %s', async (_name, wrap) => {
      const router = new RouterOfVersion()
      const inner = new RouterOfVersion()
      router.use((_context, next) => next())
      router.post('/hooks/koywe', wrap(koyweWebhooks(secret, { logger: false })))
      inner.post('/hooks', wrap(koyweWebhooks(secret, { logger: false })))
      router.use('/inner', inner.routes(), inner.allowedMethods())
      const app = new KoaOfVersion().use(router.routes()).use(router.allowedMethods())
      app.silent = true
      const server = await listen(app.callback())
      for (const path of ['/hooks/koywe', '/inner/hooks']) {
        const response = await send(server.port, { path, ...post(signed(payload(), secret)) })
        expect(response).toMatchObject({ status: 200, body: '{"received":true}' })
      }
      expect((await send(server.port, { path: '/hooks', method: 'POST' })).status).toBe(404)
      await server.close()
    })
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
    const auth = { auth: bearer('token'), isAllowed: () => true }
    if (!('dedup' in options)) {
      expect(() => koyweAuthCallback({ ...auth, ...options })).toThrow(nearest)
    }
  })

  it('also when a second secret is passed instead of options', () => {
    expect(() => koyweWebhooks('new', 'old' as unknown as object)).toThrow(
      'koyweWebhooks([current, previous])',
    )
  })
})
