import { ask, deliver } from '@x/koywe-core/testing'
import { expect, it } from 'vitest'
import { bearer, koyweAuthCallback, koyweWebhooks } from '../src/index.js'
import { frameworks } from './mounts.js'

const secret = 'the secret of the test'

it.each(frameworks)('the testing kit delivers to an application of %s', async (_name, Koa) => {
  const app = new Koa().use(koyweWebhooks(secret, { logger: false }))
  const event = { eventName: 'crypto_delivered', orderId: 'o-1' }
  expect(await deliver(app, event, { secret })).toMatchObject({ status: 200, event })
  const forged = await deliver(app, event, { secret, as: 'forged' })
  expect(forged).toMatchObject({ status: 401, code: 'invalid_signature' })
  expect(forged.reason).toMatch(/^None of your secrets/)
})

it.each(frameworks)('the testing kit asks an application of %s', async (_name, Koa) => {
  const callback = koyweAuthCallback({ auth: bearer('t'), isAllowed: () => true, logger: false })
  const app = new Koa().use((context, next) =>
    context.path === '/koywe/auth' ? callback(context, next) : next(),
  )
  const answer = await ask(app, 'ana@example.com', { bearer: 't' })
  expect(answer).toEqual({ status: 200, body: true, koyweConcludes: true })
})
