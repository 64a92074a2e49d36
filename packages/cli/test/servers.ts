import * as express from '@x/koywe-express'
import * as fastify from '@x/koywe-fastify'
import * as koa from '@x/koywe-koa'
import { listen } from '@x/koywe-testkit/listen'
import createExpress from 'express'
import createFastify from 'fastify'
import Koa from 'koa'

export const secret = 'the secret of the test'
export const token = 'the-token-of-the-test'

/** A server of one framework, and the events that its listener has heard of. */
export interface Served {
  readonly origin: string
  readonly handled: { readonly eventName: string }[]
  close(): Promise<void>
}

const isAllowed = ({ email }: { readonly email: string }) => email === 'ana@example.com'

/** Starts a receiver and a callback on each framework, as a user would. */
export const frameworks = {
  async Express(): Promise<Served> {
    const handled: Served['handled'] = []
    const webhooks = express.koyweWebhooks(secret, { logger: false })
    webhooks.onAny((event) => void handled.push(event))
    const auth = express.bearer(token)
    const app = createExpress()
    app.use(webhooks)
    app.post('/koywe/auth', express.koyweAuthCallback({ auth, isAllowed, logger: false }))
    const { port, close } = await listen(app)
    return { origin: `http://127.0.0.1:${port}`, handled, close }
  },
  async Koa(): Promise<Served> {
    const handled: Served['handled'] = []
    const webhooks = koa.koyweWebhooks(secret, { logger: false })
    webhooks.onAny((event) => void handled.push(event))
    const auth = koa.bearer(token)
    const callback = koa.koyweAuthCallback({ auth, isAllowed, logger: false })
    const app = new Koa().use(webhooks)
    app.use((context, next) => (context.path === '/koywe/auth' ? callback(context, next) : next()))
    const { port, close } = await listen(app.callback())
    return { origin: `http://127.0.0.1:${port}`, handled, close }
  },
  async Fastify(): Promise<Served> {
    const handled: Served['handled'] = []
    const app = createFastify()
    await app.register(fastify.koyweWebhooks, { secret })
    const auth = fastify.bearer(token)
    await app.register(fastify.koyweAuthCallback, { path: '/koywe/auth', auth, isAllowed })
    app.koywe.onAny((event) => void handled.push(event))
    const origin = await app.listen({ port: 0, host: '127.0.0.1' })
    return { origin, handled, close: () => app.close() }
  },
} as const

/** A server that answers as no receiver should, by path. */
export async function startStrangeServer() {
  const app = createExpress()
  app.post('/text', (_request, response) => void response.send('\x1b[31mfine\x1b[0m\u0007\u009b2J'))
  app.post('/moved', (_request, response) => response.redirect(302, '/webhooks/koywe'))
  app.post('/no', (_request, response) => void response.send('no'))
  app.post('/everything', (_request, response) => void response.json({ received: true }))
  app.post('/hang', () => {})
  app.post('/cut', (request) => void request.socket.destroy())
  app.post('/stream', (_request, response) => {
    const timer = setInterval(() => response.write('x'.repeat(1000)), 5)
    response.once('close', () => clearInterval(timer))
  })
  app.post('/flood', (_request, response) => void response.send('x'.repeat(2 ** 21)))
  const { port, close } = await listen(app)
  return { origin: `http://127.0.0.1:${port}`, port, close }
}
