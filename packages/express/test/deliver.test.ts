import 'reflect-metadata'
import { type MiddlewareConsumer, Module } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import { ask, badDeliveries, deliver } from '@x/koywe-core/testing'
import { createMemoryLog } from '@x/koywe-testkit/memory-log'
import { signatureOfBytes } from '@x/koywe-testkit/sign'
import { send } from '@x/koywe-testkit/wire'
import { expect, it } from 'vitest'
import { bearer, koyweAuthCallback, koywePayments, koyweWebhooks } from '../src/index.js'
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

it.each([
  [true, { status: 200, body: '{"received":true}' }],
  [false, { status: 500, body: '{"error":"body_consumed"}' }],
])('behind the parsers of Nest, Payments needs rawBody: %s', async (rawBody, answer) => {
  const logger = createMemoryLog()
  class AppModule {
    configure(consumer: MiddlewareConsumer) {
      const payments = koywePayments(secret, { logger }).onAny(() => {})
      consumer.apply(payments).forRoutes('webhooks/koywe-payments')
    }
  }
  Module({})(AppModule)
  const app = await NestFactory.create(AppModule, { logger: false, rawBody })
  try {
    await app.listen(0, '127.0.0.1')
    const { port } = app.getHttpServer().address()
    const body = '{ "id": "evt_1", "type": "order.paid" }\n'
    const headers = {
      'Content-Type': 'application/json',
      'Koywe-Signature': signatureOfBytes(body, secret),
    }
    const path = '/webhooks/koywe-payments'
    expect(await send(port, { path, body, headers })).toMatchObject(answer)
    expect(logger.lines).toEqual(
      rawBody ? [] : [expect.stringContaining('NestFactory.create(AppModule, { rawBody: true })')],
    )
  } finally {
    await app.close()
  }
})
