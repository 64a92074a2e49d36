import 'reflect-metadata'
import { Module } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify'
import { ask, deliver } from '@x/koywe-core/testing'
import { expect, it } from 'vitest'
import { bearer, koyweAuthCallback, koyweWebhooks } from '../src/index.js'
import { frameworks } from './mounts.js'

const secret = 'the secret of the test'
const event = { eventName: 'crypto_delivered', orderId: 'o-1' }

it.each(frameworks)(
  'the testing kit delivers to an application of %s, and asks it',
  async (_name, fastify) => {
    const app = fastify({})
    try {
      await app.register(koyweWebhooks, { secret, logger: false })
      await app.register(koyweAuthCallback, {
        path: '/koywe/auth',
        auth: bearer('t'),
        isAllowed: () => true,
        logger: false,
      })
      expect(await deliver(app, event, { secret })).toMatchObject({ status: 200, event })
      const forged = await deliver(app, event, { secret, as: 'forged' })
      expect(forged).toMatchObject({ status: 401, code: 'invalid_signature' })
      expect(forged.reason).toMatch(/^None of your secrets/)
      const answer = await ask(app, 'ana@example.com', { bearer: 't' })
      expect(answer).toEqual({ status: 200, body: true, koyweConcludes: true })
    } finally {
      await app.close()
    }
  },
)

it('the testing kit delivers to a Nest application on Fastify', async () => {
  class AppModule {}
  Module({})(AppModule)
  const options = { logger: false } as const
  const app = await NestFactory.create<NestFastifyApplication>(
    AppModule,
    new FastifyAdapter(),
    options,
  )
  try {
    await app.getHttpAdapter().getInstance().register(koyweWebhooks, { secret, logger: false })
    expect(await deliver(app, event, { secret })).toMatchObject({ status: 200, event })
  } finally {
    await app.close()
  }
})
