import type { NestExpressApplication } from '@nestjs/platform-express'
import { Test } from '@nestjs/testing'
import { createKoyweWebhooks } from '@x/koywe-core'
import { exampleEvents, signEvent } from '@x/koywe-core/testing'
import request from 'supertest'
import { AppModule } from '../src/app.module'
import { koyweReceiver } from '../src/koywe/koywe.receiver'
import { mountKoywe } from '../src/koywe/mount-on-express'
import { OrdersService } from '../src/orders/orders.service'

const secret = 'only for this test'
const delivered = exampleEvents.crypto_delivered

describe('Koywe webhooks', () => {
  let app: NestExpressApplication

  beforeEach(async () => {
    jest.spyOn(console, 'log').mockImplementation()
    const module = await Test.createTestingModule({ imports: [AppModule] })
      .overrideProvider(koyweReceiver)
      .useFactory({ factory: () => createKoyweWebhooks(secret, { logger: false }) })
      .compile()
    app = module.createNestApplication<NestExpressApplication>()
    mountKoywe(app)
    await app.init()
  })
  afterEach(() => app.close())

  const deliver = (body: string) =>
    request(app.getHttpServer())
      .post('/webhooks/koywe')
      .set('Content-Type', 'application/json')
      .send(body)
  const history = (id: string) => request(app.getHttpServer()).get(`/orders/${id}`).expect(200)

  it('hands a signed event to the service that is injected', async () => {
    await deliver(signEvent(delivered, secret)).expect(200, { received: true })
    const { body } = await history(delivered.orderId)
    expect(body).toMatchObject([{ orderId: delivered.orderId, status: 'delivered' }])
  })

  it('records an event once, however often it is delivered', async () => {
    await deliver(signEvent(delivered, secret)).expect(200)
    await deliver(signEvent(delivered, secret)).expect(200, { received: true, duplicate: true })
    expect(app.get(OrdersService).historyOf(delivered.orderId)).toHaveLength(1)
  })

  it('refuses a forged event before any service sees it', async () => {
    await deliver(signEvent(delivered, 'a guess')).expect(401, { error: 'invalid_signature' })
    const { body } = await history(delivered.orderId)
    expect(body).toEqual([])
  })

  it('asks for another try when a service fails', async () => {
    const orders = app.get(OrdersService)
    jest.spyOn(orders, 'record').mockRejectedValueOnce(new Error('the database is away'))
    await deliver(signEvent(delivered, secret)).expect(500, { error: 'handler_failed' })
    await deliver(signEvent(delivered, secret)).expect(200, { received: true })
    expect(orders.historyOf(delivered.orderId)).toHaveLength(1)
  })
})
