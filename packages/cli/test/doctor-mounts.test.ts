import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import {
  bearer,
  koyweAuthCallback as expressCallback,
  koyweWebhooks as forExpress,
} from '@x/koywe-express'
import { koyweAuthCallback as fastifyCallback, koyweWebhooks as forFastify } from '@x/koywe-fastify'
import { koyweWebhooks as forKoa, koyweAuthCallback as koaCallback } from '@x/koywe-koa'
import { listen, type RunningServer } from '@x/koywe-testkit/listen'
import express, { Router } from 'express'
import fastify, { type FastifyInstance } from 'fastify'
import Koa from 'koa'
import { describe, expect, it } from 'vitest'
import { examine, secret } from './run-doctor.js'

const token = 'the-token-of-Koywe'
const callback = { auth: bearer(token), isAllowed: () => false, logger: false } as const
const options = { logger: false } as const

interface Mount {
  readonly name: string
  readonly path: string
  start(): Promise<RunningServer>
}

function onExpress(name: string, path: string, build: (app: express.Express) => unknown): Mount {
  return {
    name: `express, ${name}`,
    path,
    start() {
      const app = express().use(expressCallback({ ...callback, path: '/koywe/auth' }))
      build(app)
      return listen(app)
    },
  }
}

function onKoa(name: string, path: string, build: (app: Koa) => unknown): Mount {
  return {
    name: `koa, ${name}`,
    path,
    start() {
      const app = new Koa()
      app.use(koaCallback({ ...callback, path: '/koywe/auth' }))
      build(app)
      return listen(app.callback())
    },
  }
}

function onFastify(
  name: string,
  path: string,
  build: (app: FastifyInstance) => PromiseLike<unknown>,
): Mount {
  return {
    name: `fastify, ${name}`,
    path,
    async start() {
      const app = fastify({ forceCloseConnections: true })
      await app.register(fastifyCallback, { ...callback, path: '/koywe/auth' })
      await build(app)
      await app.listen({ port: 0, host: '127.0.0.1' })
      const { port } = app.server.address() as AddressInfo // the address of a TCP server is an object
      return { port, close: () => app.close() }
    },
  }
}

const mounts: readonly Mount[] = [
  onExpress('bare', '/webhooks/koywe', (app) => app.use(forExpress(secret, options))),
  onExpress('after express.json()', '/webhooks/koywe', (app) =>
    app.use(express.json(), forExpress(secret, options)),
  ),
  onExpress('after express.raw()', '/webhooks/koywe', (app) =>
    app.use(express.raw({ type: '*/*', limit: '2mb' }), forExpress(secret, options)),
  ),
  onExpress('on a route', '/hooks/koywe', (app) =>
    app.post('/hooks/koywe', forExpress(secret, options)),
  ),
  onExpress('on a router with a prefix', '/api/webhooks/koywe', (app) =>
    app.use('/api', Router().use(forExpress(secret, options))),
  ),
  onKoa('bare', '/webhooks/koywe', (app) => app.use(forKoa(secret, options))),
  onKoa('with the option path', '/in/koywe', (app) =>
    app.use(forKoa(secret, { ...options, path: '/in/koywe' })),
  ),
  onKoa('after a middleware that keeps the text in rawBody', '/webhooks/koywe', (app) =>
    app
      .use(async ({ request, req }, next) => {
        Object.assign(request, { rawBody: await text(req) })
        await next()
      })
      .use(forKoa(secret, options)),
  ),
  onFastify('registered plainly', '/webhooks/koywe', (app) =>
    app.register(forFastify, { ...options, secret }),
  ),
  onFastify('in a scope with a prefix', '/api/webhooks/koywe', (app) =>
    app.register((scope) => scope.register(forFastify, { ...options, secret }), { prefix: '/api' }),
  ),
  onFastify('with a small bodyLimit and another JSON parser', '/in/koywe', (app) => {
    app.removeContentTypeParser('application/json')
    app.addContentTypeParser('application/json', { parseAs: 'string' }, (_request, body, done) => {
      done(null, { replaced: body })
    })
    return app.register(forFastify, { ...options, secret, path: '/in/koywe' })
  }),
]

describe.each(mounts)('koywe doctor, on $name', ({ path, start }) => {
  it('reports no failure and no warning', async () => {
    const server = await start()
    try {
      const origin = `http://127.0.0.1:${server.port}`
      const found = await examine([origin + path, '--auth-url', `${origin}/koywe/auth`], {
        KOYWE_CALLBACK_TOKEN: token,
      })
      expect(found.checks.filter(({ status }) => status !== 'pass')).toEqual([])
      expect(found).toMatchObject({ code: 0, version: 1, ok: true })
      expect(found.checks.length).toBeGreaterThan(45)
    } finally {
      await server.close()
    }
  })
})
