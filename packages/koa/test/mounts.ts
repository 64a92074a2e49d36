import type { RequestListener } from 'node:http'
import { bodyParser } from '@koa/bodyparser'
import Router from '@koa/router'
import Router12 from '@koa/router12'
import { type Recipe, type Refusal, toMounts, type Wanted } from '@x/koywe-conformance'
import { listen } from '@x/koywe-testkit/listen'
import express from 'express'
import Koa3 from 'koa'
import { koaBody } from 'koa-body'
import koaBodyparser from 'koa-bodyparser'
import compose from 'koa-compose'
import connect from 'koa-connect'
import mount from 'koa-mount'
import Koa2 from 'koa2'
import {
  type KoaHandler,
  type KoyweListeners,
  type KoywePaymentsListeners,
  koyweAuthCallback,
  koywePayments,
  koyweWebhooks,
} from '../src/index.js'

/** Both majors; the types of Koa 3 also describe what these tests use of Koa 2. */
export const frameworks: readonly (readonly [string, typeof Koa3])[] = [
  ['koa 2', Koa2 as unknown as typeof Koa3],
  ['koa 3', Koa3],
]

type Build = (app: Koa3, handler: KoaHandler) => void

interface KoaRecipe extends Recipe<Build> {
  /** Serves the application, if not its own callback. */
  readonly serve?: (app: Koa3) => RequestListener
}

/** Wraps every body, so that a "no" becomes an object, which is truthy. */
const envelope: Koa3.Middleware = async (context, next) => {
  await next()
  if (context.body !== undefined) context.body = { data: context.body }
}

/** Serialises every body to JSON again, so that "no" becomes a string, which is truthy. */
const stringify: Koa3.Middleware = async (context, next) => {
  await next()
  if (context.body === undefined) return
  context.body = JSON.stringify(context.body)
  context.status = 200
}

const json: Refusal[] = ['malformed', '__proto__']
const strictJson: Refusal[] = [...json, 'primitive']

const recipes: readonly KoaRecipe[] = [
  { name: 'bare, no parser', exact: true, build: (app, handler) => app.use(handler) },
  {
    name: 'bare, after @koa/bodyparser',
    keeps: 'text',
    exact: true,
    parser: strictJson,
    build: (app, handler) => app.use(bodyParser()).use(handler),
  },
  {
    name: 'bare, after koa-bodyparser',
    keeps: 'text',
    exact: true,
    parser: strictJson,
    build: (app, handler) => app.use(koaBodyparser()).use(handler),
  },
  {
    name: 'bare, after koa-body',
    keeps: 'value',
    exact: true,
    parser: strictJson,
    build: (app, handler) => app.use(koaBody()).use(handler),
  },
  {
    name: 'bare, after koa-body with jsonStrict: false',
    keeps: 'value',
    exact: true,
    parser: json,
    build: (app, handler) => app.use(koaBody({ jsonStrict: false })).use(handler),
  },
  {
    name: 'bare, a parser after',
    exact: true,
    build: (app, handler) => app.use(handler).use(bodyParser()),
  },
  {
    name: 'under koa-mount',
    path: '/hooks/koywe',
    build: (app, handler) => app.use(mount('/hooks/koywe', handler)),
  },
  {
    name: 'under koa-mount, after @koa/bodyparser',
    keeps: 'text',
    path: '/hooks/koywe',
    parser: strictJson,
    build: (app, handler) => app.use(bodyParser()).use(mount('/hooks/koywe', handler)),
  },
  {
    name: 'bare in an application under koa-mount',
    prefix: '/api',
    build: (app, handler) => app.use(mount('/api', new Koa3().use(handler))),
  },
  {
    name: "on a router's route",
    path: '/hooks/koywe',
    build: (app, handler) => app.use(new Router().post('/hooks/koywe', handler).routes()),
  },
  {
    name: "on a router's route with a parser of its own",
    keeps: 'text',
    path: '/hooks/koywe',
    parser: strictJson,
    build: (app, handler) =>
      app.use(new Router().post('/hooks/koywe', bodyParser(), handler).routes()),
  },
  {
    name: 'on a route of a router with a prefix',
    path: '/api/hooks/koywe',
    build: (app, handler) =>
      app.use(new Router({ prefix: '/api' }).post('/hooks/koywe', handler).routes()),
  },
  {
    name: 'on a route of a router in a router',
    path: '/api/hooks/koywe',
    build: (app, handler) =>
      app.use(
        new Router().use('/api', new Router().post('/hooks/koywe', handler).routes()).routes(),
      ),
  },
  {
    name: 'on a route of @koa/router 12',
    path: '/hooks/koywe',
    build: (app, handler) => app.use(new Router12().post('/hooks/koywe', handler).routes()),
  },
  {
    name: "on a router's route, wrapped by a function",
    path: '/hooks/koywe',
    build: (app, handler) =>
      app.use(
        new Router()
          .post('/hooks/koywe', async (context, next) => {
            await handler(context, next)
          })
          .routes(),
      ),
  },
  {
    name: "on a router's route, bound",
    path: '/hooks/koywe',
    build: (app, handler) =>
      app.use(new Router().post('/hooks/koywe', handler.bind(undefined)).routes()),
  },
  {
    name: "on a router's route, composed",
    path: '/hooks/koywe',
    build: (app, handler) =>
      app.use(
        new Router()
          .post('/hooks/koywe', compose<Koa3.Context>([(_context, next) => next(), handler]))
          .routes(),
      ),
  },
  {
    name: "on a router's route, traced: every handler replaced by a wrapper",
    path: '/hooks/koywe',
    build: (app, handler) => {
      const router = new Router().post('/hooks/koywe', handler)
      for (const layer of router.stack) {
        layer.stack = layer.stack.map((middleware) => (context, next) => middleware(context, next))
      }
      return app.use(router.routes())
    },
  },
  {
    name: 'bare, traced: every handler replaced by a wrapper',
    build: (app, handler) => {
      app.use(handler)
      app.middleware = app.middleware.map(
        (middleware) => (context, next) => middleware(context, next),
      )
    },
  },
  {
    name: 'on a wildcard route',
    build: (app, handler) => app.use(new Router().all('/{*all}', handler).routes()),
  },
  {
    name: 'bare, after middleware that wraps every body',
    exact: true,
    build: (app, handler) => app.use(envelope).use(handler),
  },
  {
    name: "on a router's route, after middleware that writes every body as JSON",
    path: '/hooks/koywe',
    build: (app, handler) =>
      app.use(stringify).use(new Router().post('/hooks/koywe', handler).routes()),
  },
  {
    name: 'bare, after express.json() through koa-connect',
    keeps: 'value',
    exact: true,
    parser: [...strictJson.filter((refusal) => refusal !== '__proto__'), 'large'],
    build: (app, handler) => app.use(connect(express.json())).use(handler),
  },
  {
    name: 'bare, called from an Express application with express.json()',
    keeps: 'value',
    exact: true,
    parser: [...strictJson.filter((refusal) => refusal !== '__proto__'), 'large'],
    build: (app, handler) => app.use(handler),
    serve: (app) => express().set('env', 'test').use(express.json()).use(app.callback()),
  },
  {
    name: 'with the option path',
    exact: true,
    path: '/in/koywe',
    option: '/in/koywe',
    build: (app, handler) => app.use(handler),
  },
  {
    name: "called from a route's own handler, path '*'",
    path: '/tenants/7/koywe',
    option: '*',
    build: (app, handler) =>
      app.use(
        new Router().post('/tenants/:id/koywe', (context, next) => handler(context, next)).routes(),
      ),
  },
]

const goOn: Koa3.Middleware = (_context, next) => next()

/** The handler that is wanted, what its listeners are added to, and what is mounted beside it. */
function make(wanted: Wanted, path: string | undefined): Made {
  if (wanted.kind === 'auth callback') {
    return { handler: koyweAuthCallback({ ...wanted.options, path }) }
  }
  const { secrets, options } = wanted
  if (wanted.kind === 'payments') {
    const payments = koywePayments(secrets, { ...options, path })
    const webhooks = koyweWebhooks(secrets, options)
    return { handler: payments, payments, webhooks, beside: webhooks }
  }
  const webhooks = koyweWebhooks(secrets, { ...options, path })
  return { handler: webhooks, webhooks }
}

interface Made {
  readonly handler: KoaHandler
  readonly beside?: KoaHandler
  readonly webhooks?: KoyweListeners
  readonly payments?: KoywePaymentsListeners
}

/** Every mount for the suites. */
export const mounts = toMounts(frameworks, recipes, async (Koa, recipe, wanted, application) => {
  const { handler, beside, webhooks, payments } = make(wanted, recipe.option)
  const app = new Koa()
  app.silent = true
  if (application) {
    app.use(mount('/orders', goOn))
    app.use(new Router().all('/{*all}', goOn).post('/orders', goOn).routes())
  }
  if (beside) app.use(beside)
  recipe.build(app, handler)
  if (application) {
    app.use(async (context) => {
      await application.receive(context.req)
      context.body = 'the application'
    })
  }
  const server = await listen(recipe.serve ? recipe.serve(app) : app.callback())
  return { ...server, webhooks, payments }
})
