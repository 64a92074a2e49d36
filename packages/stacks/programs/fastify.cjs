// Fastify 4 or 5, whichever is installed: one layout, and what each stack changes.
const { heard } = require('./handlers.cjs')

/** If middleware has read the request, the other routes use its body, as such applications do. */
function takeParsedBody(app) {
  app.removeContentTypeParser('application/json')
  app.addContentTypeParser('application/json', (request, payload, done) => {
    const parsed = request.raw.body
    if (parsed !== undefined)
      return done(null, Buffer.isBuffer(parsed) ? JSON.parse(parsed) : parsed)
    const chunks = []
    payload.on('data', (chunk) => chunks.push(chunk))
    payload.on('end', () => done(null, JSON.parse(Buffer.concat(chunks))))
  })
}

const helmet = (app) => app.register(require('@fastify/helmet'))
const compress = (app) => app.register(require('@fastify/compress'), { threshold: 0 })
const rateLimit = (app) => app.register(require('@fastify/rate-limit'), { max: 1000 })
async function session(app) {
  await app.register(require('@fastify/cookie'))
  const secret = 'the secret of the session, of 32 characters or more'
  await app.register(require('@fastify/session'), { secret, cookie: { secure: false } })
  app.addHook('preHandler', async (request) => {
    request.session.views = (request.session.views ?? 0) + 1
  })
}

const variants = {
  plain: async () => {},
  '@fastify/middie': async (app) => {
    await app.register(require('@fastify/middie'))
    app.use(require('body-parser').json())
  },
  '@fastify/express': async (app) => {
    await app.register(require('@fastify/express'))
    app.use(require('body-parser').json())
  },
  '@fastify/helmet': helmet,
  '@fastify/compress': compress,
  '@fastify/session': session,
  '@fastify/rate-limit': rateLimit,
  'all of them': async (app) => {
    for (const register of [helmet, compress, session, rateLimit]) await register(app)
  },
  'HTTP/2': async () => {},
  'empty rawBody': async (app) => {
    app.decorateRequest('rawBody', '')
  },
}

/** The application, its listener, and what makes it ready if nothing else does. */
module.exports = async ({ fastify: handlers }, variant) => {
  const app = require('fastify')(variant === 'HTTP/2' ? { http2: true } : {})
  takeParsedBody(app)
  await variants[variant](app)
  await handlers.webhooks(app)
  await handlers.webhooks(app, '/hooks/koywe')
  await handlers.auth(app)
  await handlers.auth(app, '/koywe/ask')
  app.get('/heard', async () => heard)
  app.post('/other', async ({ body }) => ({
    echo: JSON.stringify(body),
    traced: globalThis.isTraced?.(),
  }))
  return {
    app,
    ready: () => app.ready(),
    listener: (req, res) => app.routing(req, res),
    places: ['bare', 'route'],
  }
}
