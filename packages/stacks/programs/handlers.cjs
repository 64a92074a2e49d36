// Ours and the control behind one interface, so that a program mounts either without knowing which.
const { setTimeout: delay } = require('node:timers/promises')
const { answerQuestion, createControlWebhooks, textOf } = require('./control.cjs')

const secret = process.env.STACK_SECRET
const token = process.env.STACK_TOKEN
const auth = (bearer) => ({
  auth: bearer(token),
  isAllowed: async ({ email }) => email === 'maria@example.com',
})

/** What the listeners received, with any keys that do not belong there. */
const heard = []
async function hear(event) {
  if (event.eventName === 'order_slow') await delay(400)
  const foreign = Reflect.ownKeys(event).filter((key) => typeof key === 'symbol')
  heard.push({ orderId: event.orderId, foreign: foreign.map(String) })
}

const koywe = {
  express: {
    webhooks: () => require('@x/koywe-express').koyweWebhooks(secret).onAny(hear),
    auth() {
      const { bearer, koyweAuthCallback } = require('@x/koywe-express')
      return koyweAuthCallback(auth(bearer))
    },
  },
  koa: {
    webhooks: () => require('@x/koywe-koa').koyweWebhooks(secret).onAny(hear),
    auth() {
      const { bearer, koyweAuthCallback } = require('@x/koywe-koa')
      return koyweAuthCallback(auth(bearer))
    },
  },
  fastify: {
    async webhooks(app, path) {
      const { createKoyweWebhooks, koyweWebhooks } = require('@x/koywe-fastify')
      const webhooks = createKoyweWebhooks(secret).onAny(hear)
      await app.register(koyweWebhooks, { webhooks, path })
    },
    async auth(app, path) {
      const { bearer, koyweAuthCallback } = require('@x/koywe-fastify')
      await app.register(koyweAuthCallback, { ...auth(bearer), path })
    },
  },
}

const bare = { webhooks: '/webhooks/koywe', auth: '/koywe/auth' }

function controlExpress(what, answer) {
  return (place) =>
    function control(req, res, next) {
      const path = (req.originalUrl ?? req.url).split('?')[0]
      if (req.method !== 'POST' || (place === 'bare' && path !== bare[what])) return next()
      textOf(req, req.rawBody, req.body)
        .then((text) => answer(text, req.headers))
        .then(([status, body]) => {
          if (res.headersSent) return
          res.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body))
        })
        .catch(next)
    }
}

function controlKoa(what, answer) {
  return (place) =>
    async function control(ctx, next) {
      const path = ctx.originalUrl.split('?')[0]
      if (ctx.method !== 'POST' || (place === 'bare' && path !== bare[what])) return next()
      const { rawBody, body } = ctx.request
      const text = await textOf(ctx.req, rawBody, ctx.req.rawBody, body, ctx.req.body)
      const [status, answered] = await answer(text, ctx.headers)
      ctx.status = status
      ctx.type = 'json'
      ctx.body = JSON.stringify(answered)
    }
}

function controlFastify(what, answer) {
  return (app, path = bare[what]) =>
    app.register(async (scope) => {
      scope.removeAllContentTypeParsers()
      scope.addContentTypeParser('*', (_request, _payload, done) => done(null))
      scope.post(path, async (request, reply) => {
        const { raw } = request
        const [status, body] = await answer(
          await textOf(raw, request.rawBody, raw.rawBody, request.body, raw.body),
          request.headers,
        )
        return reply.code(status).type('application/json').send(JSON.stringify(body))
      })
    })
}

const make = { express: controlExpress, koa: controlKoa, fastify: controlFastify }
const control = Object.fromEntries(
  Object.entries(make).map(([framework, makeControl]) => [
    framework,
    {
      webhooks: (...place) => makeControl('webhooks', createControlWebhooks(hear))(...place),
      auth: (...place) => makeControl('auth', answerQuestion)(...place),
    },
  ]),
)

module.exports = { handlers: { koywe, control }, heard }
