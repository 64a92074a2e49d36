import 'reflect-metadata'
import { Module } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import { ask, badDeliveries, deliver } from '@x/koywe-core/testing'
import { expect, it } from 'vitest'
import { bearer, koyweAuthCallback, koyweWebhooks } from '../src/index.js'
import { frameworks } from './mounts.js'

const secret = 'the secret of the test'
const event = { eventName: 'crypto_delivered', orderId: 'o-1' }

it.each(frameworks)('the testing kit delivers to an application of %s', async (_name, express) => {
  const app = express().use(koyweWebhooks(secret, { logger: false }))
  expect(await deliver(app, event, { secret })).toMatchObject({ status: 200, event })
  const forged = await deliver(app, event, { secret, as: 'forged' })
  expect(forged).toMatchObject({ status: 401, code: 'invalid_signature' })
  expect(forged.reason).toMatch(/^None of your secrets/)
})

it.each(frameworks)('the testing kit asks an application of %s', async (_name, express) => {
  const callback = koyweAuthCallback({ auth: bearer('t'), isAllowed: () => true, logger: false })
  const app = express()
  app.post('/koywe/auth', callback)
  const answer = await ask(app, 'ana@example.com', { bearer: 't' })
  expect(answer).toEqual({ status: 200, body: true, koyweConcludes: true })
})

it.each(frameworks)(
  'a prefix does not hide the reason from the testing kit: %s',
  async (_name, express) => {
    const app = express().use('/api', koyweWebhooks(secret, { logger: false }))
    const path = '/api/webhooks/koywe'
    const answer = await deliver(app, event, { secret, path, as: 'unsigned' })
    expect(answer.reason).toMatch(/^The body has no `signature`/)
  },
)

it.each(frameworks)(
  'a parser in front does not hide the reason from the testing kit: %s',
  async (_name, express) => {
    const app = express().use(express.json(), koyweWebhooks(secret, { logger: false }))
    for (const bad of badDeliveries.filter(
      ({ parserMayRefuse }) => parserMayRefuse === undefined,
    )) {
      const { status, code, reason } = await deliver(app, bad, { secret })
      expect({ name: bad.name, status, code }).toEqual({
        name: bad.name,
        status: bad.status,
        code: bad.code,
      })
      expect(reason, bad.name).toMatch(/\w/)
    }
  },
)

it('the testing kit delivers to a Nest application that was not started', async () => {
  class AppModule {}
  Module({})(AppModule)
  const app = await NestFactory.create(AppModule, { logger: false })
  app.use(koyweWebhooks(secret, { logger: false }))
  try {
    expect(await deliver(app, event, { secret })).toMatchObject({ status: 200, event })
    expect(await deliver(app, event, { secret, as: 'copy' })).toMatchObject({
      body: { received: true, duplicate: true },
    })
  } finally {
    await app.close()
  }
})
