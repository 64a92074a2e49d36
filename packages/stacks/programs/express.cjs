// Express 4 or 5, whichever is installed: one layout, and what each stack changes.
const { heard } = require('./handlers.cjs')
const { textOf } = require('./control.cjs')

const isExpress4 = () => require('express/package.json').version.startsWith('4.')
const everything = () => (isExpress4() ? '*' : '/{*all}')

/** Another route of the application: shows that the body arrived, and that the agent traced the request. */
function echo(req, res, next) {
  textOf(req, req.rawBody, req.body)
    .then((text) => res.json({ echo: text, traced: globalThis.isTraced?.() }))
    .catch(next)
}

function createApp({ express: handlers }, changes = {}) {
  if (changes.patch) require(changes.patch)
  const express = require('express')
  const {
    before = () => [],
    wrap = (handler) => handler,
    use = (app, handler) => app.use(handler),
    createRouter = (app) => app,
  } = changes
  const app = express()
  for (const middleware of before(express)) app.use(middleware)
  app.get('/heard', (_req, res) => res.json(heard))

  const router = createRouter(app)
  router.post('/passing', (_req, _res, next) => next())
  use(router, wrap(handlers.webhooks('bare')))
  use(router, wrap(handlers.auth('bare')))
  router.post('/hooks/koywe', wrap(handlers.webhooks('route')))
  router.post('/koywe/ask', wrap(handlers.auth('route')))
  router.use('/mounted/koywe', wrap(handlers.webhooks('mounted')))
  router.use('/mounted/ask', wrap(handlers.auth('mounted')))
  router.post('/other', echo)
  router.post('/passing', echo)
  router.post('/slow', (_req, res) => setTimeout(() => res.json({ slow: true }), 600))
  return app
}

/** Answers 503 for a late handler; one route may be as slow as it likes. */
const timeout = () => {
  const answerInTime = require('connect-timeout')('150ms')
  return [(req, res, next) => (req.url === '/slow' ? next() : answerInTime(req, res, next))]
}
const helmet = () => [require('helmet')()]
const compression = () => [require('compression')({ threshold: 0 })]
const session = () => [
  require('express-session')({ secret: 'of the session', resave: true, saveUninitialized: true }),
]
const rateLimit = () => [
  require('express-rate-limit').rateLimit({ windowMs: 60_000, limit: 1000, validate: false }),
]

/** Every stack's changes, by variant. */
const variants = {
  plain: {},
  json: { before: (express) => [express.json()] },
  'express-async-errors': { patch: 'express-async-errors' },
  'express-promise-router': {
    createRouter(app) {
      const createPromiseRouter = require('express-promise-router').default
      const router = createPromiseRouter()
      app.use(router)
      return router
    },
  },
  'express-async-handler': { wrap: (handler) => require('express-async-handler')(handler) },
  bind: { wrap: (handler) => handler.bind(undefined) },
  arrow: { wrap: (handler) => (req, res, next) => handler(req, res, next) },
  'wildcard string': { use: (app, handler) => app.use(everything(), handler) },
  'wildcard pattern': { use: (app, handler) => app.use(/.*/, handler) },
  'wildcard all': { use: (app, handler) => app.all(everything(), handler) },
  'connect-timeout': { before: timeout },
  helmet: { before: helmet },
  compression: { before: compression },
  'express-session': { before: session },
  'express-rate-limit': { before: rateLimit },
  'all of them': {
    before: (express) => [
      ...helmet(),
      ...compression(),
      ...session(),
      ...rateLimit(),
      express.json(),
    ],
  },
  'data listener': {
    before: () => [
      (req, _res, next) => {
        req.on('data', () => {})
        next()
      },
    ],
  },
  'empty rawBody': {
    before: () => [
      (req, _res, next) => {
        req.rawBody = ''
        next()
      },
    ],
  },
}

/** The application and its listener. */
module.exports = async (handlers, variant) => {
  const app = createApp(handlers, variants[variant])
  return { app, listener: app }
}
