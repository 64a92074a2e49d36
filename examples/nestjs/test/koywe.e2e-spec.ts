import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { INestApplication } from '@nestjs/common'
import type { NestExpressApplication } from '@nestjs/platform-express'
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify'
import { Test, type TestingModule } from '@nestjs/testing'
import { exampleEvents, signEvent } from '@x/koywe-core/testing'
import request from 'supertest'
import { AppModule } from '../src/app.module'
import { mountKoywe as mountOnExpress } from '../src/koywe/mount-on-express'
import { mountKoywe as mountOnFastify } from '../src/koywe/mount-on-fastify'
import { OrdersService } from '../src/orders/orders.service'
import { UsersService } from '../src/users/users.service'

const secret = 'only for this test'
const token = 'only-for-this-test'
const delivered = exampleEvents.crypto_delivered

const platforms = {
  async Express(module: TestingModule): Promise<INestApplication> {
    const app = module.createNestApplication<NestExpressApplication>({ logger: false })
    mountOnExpress(app)
    return app
  },
  async Fastify(module: TestingModule): Promise<INestApplication> {
    const adapter = new FastifyAdapter()
    const app = module.createNestApplication<NestFastifyApplication>(adapter, { logger: false })
    await mountOnFastify(app)
    return app
  },
}

describe.each(Object.entries(platforms))('Koywe on Nest with %s', (_platform, create) => {
  let folder: string
  let app: INestApplication
  let url: string

  beforeEach(async () => {
    jest.spyOn(console, 'log').mockImplementation()
    folder = await mkdtemp(join(tmpdir(), 'koywe-nest-'))
    const users = join(folder, 'users.json')
    await writeFile(users, JSON.stringify(['maria@example.com']))
    Object.assign(process.env, {
      KOYWE_WEBHOOK_SECRET: secret,
      KOYWE_CALLBACK_TOKEN: token,
      USERS_FILE: users,
    })
    app = await create(await Test.createTestingModule({ imports: [AppModule] }).compile())
    app.setGlobalPrefix('api')
    await app.listen(0, '127.0.0.1')
    url = await app.getUrl()
  })
  afterEach(async () => {
    await app.close()
    await rm(folder, { recursive: true })
    jest.restoreAllMocks()
  })

  const deliver = (body: string) =>
    request(url).post('/webhooks/koywe').set('Content-Type', 'application/json').send(body)
  const history = (id: string) => request(url).get(`/api/orders/${id}`).expect(200)
  const ask = (email: unknown, shown = token) =>
    request(url).post('/koywe/auth').set('Authorization', `Bearer ${shown}`).send({ email })

  it('hands a signed event to the injected service', async () => {
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

  it('asks for a retry when a service fails', async () => {
    const orders = app.get(OrdersService)
    jest.spyOn(orders, 'record').mockRejectedValueOnce(new Error('the database is away'))
    await deliver(signEvent(delivered, secret)).expect(500, { error: 'handler_failed' })
    await deliver(signEvent(delivered, secret)).expect(200, { received: true })
    expect(orders.historyOf(delivered.orderId)).toHaveLength(1)
  })

  it('says yes to Koywe for a user that the service knows, and for no other', async () => {
    await ask('maria@example.com').expect(200, 'true')
    await ask('stranger@example.com').expect(200, 'false')
    await ask(['maria@example.com']).expect(400, 'false')
  })

  it('says no to a caller with another token, and does not ask the service', async () => {
    const mayOperate = jest.spyOn(app.get(UsersService), 'mayOperate')
    await ask('maria@example.com', 'a-guess').expect(401, 'false')
    expect(mayOperate).not.toHaveBeenCalled()
  })

  it('says no when the service fails', async () => {
    jest.spyOn(app.get(UsersService), 'mayOperate').mockRejectedValue(new Error('away'))
    await ask('maria@example.com').expect(500, 'false')
  })

  it('closes only after the last listener has finished, even when Koywe has hung up', async () => {
    let finish = (): void => {}
    const working = new Promise<void>((resolve) => {
      finish = resolve
    })
    const record = jest.spyOn(app.get(OrdersService), 'record').mockReturnValue(working)
    const hangUp = new AbortController()
    const headers = { 'Content-Type': 'application/json' }
    const init = { method: 'POST', headers, body: signEvent(delivered, secret) }
    const answer = fetch(`${url}/webhooks/koywe`, { ...init, signal: hangUp.signal })
    for (let tries = 0; record.mock.calls.length === 0 && tries < 200; tries++) await delay(10)
    hangUp.abort()
    await expect(answer).rejects.toThrow()

    const closing = app.close().then(() => 'closed')
    expect(await Promise.race([closing, delay(200, 'waiting')])).toBe('waiting')
    finish()
    expect(await closing).toBe('closed')
  })
})
