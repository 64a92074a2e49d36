// Koa 2 or 3 with one of the routers, whichever are installed: one layout, and what each stack changes.
const { heard } = require('./handlers.cjs')
const { textOf } = require('./control.cjs')

/** Another route of the application: shows that the body arrived, and that the agent traced the request. */
async function echo(ctx) {
  const { rawBody, body } = ctx.request
  const text = await textOf(ctx.req, rawBody, ctx.req.rawBody, body, ctx.req.body)
  ctx.body = { echo: text, traced: globalThis.isTraced?.() }
}

function createApp({ koa: handlers }, router, changes) {
  const Koa = require('koa')
  const loaded = require(router)
  const Router = loaded.Router ?? loaded.default ?? loaded
  const mount = require('koa-mount')
  const { before = () => [], wrap = (handler) => handler } = changes
  const app = new Koa()
  app.silent = true
  for (const middleware of before(app)) app.use(middleware)

  const first = new Router()
  first.get('/heard', (ctx) => {
    ctx.body = heard
  })
  first.post('/passing', (_ctx, next) => next())
  app.use(first.routes())
  app.use(wrap(handlers.webhooks('bare')))
  app.use(wrap(handlers.auth('bare')))
  app.use(mount('/mounted/koywe', wrap(handlers.webhooks('mounted'))))
  app.use(mount('/mounted/ask', wrap(handlers.auth('mounted'))))

  const second = new Router()
  second.post('/hooks/koywe', wrap(handlers.webhooks('route')))
  second.post('/koywe/ask', wrap(handlers.auth('route')))
  second.post('/other', echo)
  second.post('/passing', echo)
  app.use(second.routes())
  app.use(second.allowedMethods())
  return app
}

const helmet = () => [require('koa-helmet')()]
const compress = () => [require('koa-compress')({ threshold: 0 })]
const session = (app) => {
  app.keys = ['of the session']
  const { createSession, default: oldName } = require('koa-session')
  const count = (ctx, next) => {
    ctx.session.views = (ctx.session.views ?? 0) + 1
    return next()
  }
  return [(createSession ?? oldName)(app), count]
}
const rateLimit = () => [
  require('koa-ratelimit')({ driver: 'memory', db: new Map(), duration: 60_000, max: 1000 }),
]

const variants = {
  plain: {},
  'koa-compose': {
    wrap: (handler) => require('koa-compose')([(_ctx, next) => next(), handler]),
  },
  bind: { wrap: (handler) => handler.bind(undefined) },
  arrow: { wrap: (handler) => (ctx, next) => handler(ctx, next) },
  'koa-body 6': { before: () => [require('koa-body-6').koaBody({ includeUnparsed: true })] },
  'koa-body 8': { before: () => [require('koa-body-8').koaBody({ includeUnparsed: true })] },
  '@koa/bodyparser': { before: () => [require('@koa/bodyparser').bodyParser()] },
  'koa-connect': { before: () => [require('koa-connect')(require('body-parser').json())] },
  'koa-helmet': { before: helmet },
  'koa-compress': { before: compress },
  'koa-session': { before: session },
  'koa-ratelimit': { before: rateLimit },
  'all of them': {
    before: (app) => [
      ...helmet(),
      ...compress(),
      ...session(app),
      ...rateLimit(),
      require('@koa/bodyparser').bodyParser(),
    ],
  },
  'data listener': {
    before: () => [
      (ctx, next) => {
        ctx.req.on('data', () => {})
        return next()
      },
    ],
  },
  'empty rawBody': {
    before: () => [
      (ctx, next) => {
        ctx.request.rawBody = ''
        return next()
      },
    ],
  },
}

/** The application and its listener. The variant names the router too: `plain with koa-router`. */
module.exports = async (handlers, variant) => {
  const [name, router = '@koa/router'] = variant.split(' with ')
  const app = createApp(handlers, router, variants[name])
  return { app, listener: app.callback() }
}
