import { bodyParser } from '@koa/bodyparser'
import Router from '@koa/router'
import Router12 from '@koa/router12'
import { listen, type Refusal, type WebhookMount } from '@x/koywe-conformance'
import Koa3 from 'koa'
import { koaBody } from 'koa-body'
import koaBodyparser from 'koa-bodyparser'
import mount from 'koa-mount'
import Koa2 from 'koa2'
import { koyweWebhooks } from '../src/index.js'

/** Both majors; Koa 2 is used through the types of 3, which describe what these tests use of it as well. */
export const frameworks: readonly (readonly [string, typeof Koa3])[] = [
  ['koa 2', Koa2 as unknown as typeof Koa3],
  ['koa 3', Koa3],
]

type Webhooks = ReturnType<typeof koyweWebhooks>

interface Recipe {
  readonly name: string
  readonly path?: string
  readonly parser?: readonly Refusal[]
  /** The handler's own `path` option. */
  readonly option?: string
  build(app: Koa3, webhooks: Webhooks): void
}

const json: Refusal[] = ['malformed', '__proto__']
const strictJson: Refusal[] = [...json, 'primitive']

const recipes: readonly Recipe[] = [
  { name: 'bare, no parser', build: (app, webhooks) => app.use(webhooks) },
  {
    name: 'bare, after @koa/bodyparser',
    parser: strictJson,
    build: (app, webhooks) => app.use(bodyParser()).use(webhooks),
  },
  {
    name: 'bare, after koa-bodyparser',
    parser: strictJson,
    build: (app, webhooks) => app.use(koaBodyparser()).use(webhooks),
  },
  {
    name: 'bare, after koa-body',
    parser: strictJson,
    build: (app, webhooks) => app.use(koaBody()).use(webhooks),
  },
  {
    name: 'bare, after koa-body with jsonStrict: false',
    parser: json,
    build: (app, webhooks) => app.use(koaBody({ jsonStrict: false })).use(webhooks),
  },
  {
    name: 'bare, a parser after',
    build: (app, webhooks) => app.use(webhooks).use(bodyParser()),
  },
  {
    name: 'under koa-mount',
    path: '/hooks/koywe',
    build: (app, webhooks) => app.use(mount('/hooks/koywe', webhooks)),
  },
  {
    name: 'under koa-mount, after @koa/bodyparser',
    path: '/hooks/koywe',
    parser: strictJson,
    build: (app, webhooks) => app.use(bodyParser()).use(mount('/hooks/koywe', webhooks)),
  },
  {
    name: 'bare in an application under koa-mount',
    path: '/api/webhooks/koywe',
    build: (app, webhooks) => app.use(mount('/api', new Koa3().use(webhooks))),
  },
  {
    name: "on a router's route",
    path: '/hooks/koywe',
    build: (app, webhooks) => app.use(new Router().post('/hooks/koywe', webhooks).routes()),
  },
  {
    name: "on a router's route with a parser of its own",
    path: '/hooks/koywe',
    parser: strictJson,
    build: (app, webhooks) =>
      app.use(new Router().post('/hooks/koywe', bodyParser(), webhooks).routes()),
  },
  {
    name: 'on a route of a router with a prefix',
    path: '/api/hooks/koywe',
    build: (app, webhooks) =>
      app.use(new Router({ prefix: '/api' }).post('/hooks/koywe', webhooks).routes()),
  },
  {
    name: 'on a route of a router in a router',
    path: '/api/hooks/koywe',
    build: (app, webhooks) =>
      app.use(
        new Router().use('/api', new Router().post('/hooks/koywe', webhooks).routes()).routes(),
      ),
  },
  {
    name: 'on a route of @koa/router 12',
    path: '/hooks/koywe',
    build: (app, webhooks) => app.use(new Router12().post('/hooks/koywe', webhooks).routes()),
  },
  {
    name: 'with the option path',
    path: '/in/koywe',
    option: '/in/koywe',
    build: (app, webhooks) => app.use(webhooks),
  },
  {
    name: "called from a route's own handler, path '*'",
    path: '/tenants/7/koywe',
    option: '*',
    build: (app, webhooks) =>
      app.use(
        new Router()
          .post('/tenants/:id/koywe', (context, next) => webhooks(context, next))
          .routes(),
      ),
  },
]

/** Every mount that the suite plays. */
export const mounts: readonly WebhookMount[] = frameworks.flatMap(([framework, Koa]) =>
  recipes.map(
    (recipe): WebhookMount => ({
      name: `${framework}, ${recipe.name}`,
      path: recipe.path ?? '/webhooks/koywe',
      parser: recipe.parser,
      start(secrets, options) {
        const app = new Koa()
        app.silent = true
        const { option } = recipe
        const webhooks = koyweWebhooks(secrets, option ? { ...options, path: option } : options)
        recipe.build(app, webhooks)
        return listen(app.callback(), webhooks)
      },
    }),
  ),
)
