import Router from '@koa/router'
import {
  expectUploadToPass,
  listen,
  payload,
  post,
  type RunningServer,
  receiveUpload,
  send,
  signed,
} from '@x/koywe-conformance'
import type Koa from 'koa'
import mount from 'koa-mount'
import { afterEach, describe, expect, it } from 'vitest'
import { createKoyweWebhooks, koyweWebhooks } from '../src/index.js'
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

  it('streams an upload past the bare middleware untouched', async () => {
    await serve((app) =>
      app.use(koyweWebhooks(secret)).use(async (context) => {
        context.body = await receiveUpload(context.req)
      }),
    )
    await expectUploadToPass(server.port, '/upload')
  })

  it.each([
    '/webhooks/koywe/',
    '/webhooks/koyweX',
    '/webhooks',
    '/webhooks/k%6Fywe',
    '/WEBHOOKS/KOYWE',
    '//webhooks/koywe',
    '/x/webhooks/koywe',
    '/',
  ])('leaves %s to the application when it is mounted bare', async (path) => {
    await serve((app) =>
      app.use(koyweWebhooks(secret)).use((context) => {
        context.body = `the application's: ${context.path}`
      }),
    )
    const { body } = await send(server.port, { path, ...post(signed(payload(), secret)) })
    expect(body).toBe(`the application's: ${path}`)
  })

  it('answers with a query behind the path', async () => {
    await serve((app) => app.use(koyweWebhooks(secret)))
    const request = post(signed(payload(), secret))
    expect((await send(server.port, { path: '/webhooks/koywe?a=1', ...request })).status).toBe(200)
  })

  it('does not take the marks that a router or koa-mount left on a request for its own', async () => {
    const router = new Router().post('/orders', (_context, next) => next())
    await serve((app) =>
      app
        .use(mount('/orders', (_context, next) => next()))
        .use(router.routes())
        .use(koyweWebhooks(secret))
        .use((context) => {
          context.body = 'the application'
        }),
    )
    const { body } = await send(server.port, {
      path: '/orders',
      ...post(signed(payload(), secret)),
    })
    expect(body).toBe('the application')
  })

  it('answers at once when something has swallowed the body, and logs the cure', async () => {
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

  it('hands errors that are not its own to Koa, once', async () => {
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

  it('keeps the state of the application and lets its middleware see the answer', async () => {
    let seen: unknown
    await serve((app) =>
      app
        .use(async (context, next) => {
          context.state.user = 'kept'
          await next()
          seen = { state: { ...context.state }, status: context.status, body: context.body }
          context.set('x-after', 'yes')
        })
        .use(koyweWebhooks(secret)),
    )
    const request = post(signed(payload(), secret))
    const response = await send(server.port, { path: '/webhooks/koywe', ...request })
    expect(seen).toEqual({ state: { user: 'kept' }, status: 200, body: '{"received":true}' })
    expect(response.headers.get('x-after')).toBe('yes')
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
