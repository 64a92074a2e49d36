import Router from '@koa/router'
import Router12 from '@koa/router12'
import Koa3 from 'koa'
import compose from 'koa-compose'
import mount from 'koa-mount'
import Koa2 from 'koa2'
import { expect, it } from 'vitest'
import { bearer, koyweAuthCallback, koyweWebhooks } from '../src/index.js'

const webhooks = koyweWebhooks('types-secret')
const authCallback = koyweAuthCallback({ auth: bearer('token'), isAllowed: () => true })

// The compiler is the test: every mount must type-check without a cast.
it('is middleware according to the types of Koa 2 and Koa 3', () => {
  const middleware2: Koa2.Middleware = webhooks
  const middleware3: Koa3.Middleware = webhooks
  const question2: Koa2.Middleware = authCallback
  const question3: Koa3.Middleware = authCallback
  const app2 = new Koa2().use(webhooks).use(authCallback)
  app2.use((context, next) => webhooks(context, next))
  const app3 = new Koa3<{ user: string }>().use(webhooks).use(authCallback)
  app3.use((context, next) => webhooks(context, next)).use(mount('/hooks', webhooks))
  compose<Koa3.Context>([webhooks, authCallback])
  expect([middleware2, middleware3]).toEqual([webhooks, webhooks])
  expect([question2, question3]).toEqual([authCallback, authCallback])
})

it('fits routes according to the types of @koa/router 12 and the newest', () => {
  const router = new Router().post('/hooks', webhooks).use(webhooks).all('/koywe', authCallback)
  router.post('/wrapped', (context, next) => webhooks(context, next))
  const typed = new Router<{ user: string }, { db: object }>().use(webhooks)
  typed.post('/wrapped', (context, next) => authCallback(context, next))
  const router12 = new Router12().post('/hooks', webhooks).use(webhooks).all('/koywe', authCallback)
  router12.post('/wrapped', (context, next) => webhooks(context, next))
  expect([router.stack.length, router12.stack.length]).toEqual([4, 4])
})
