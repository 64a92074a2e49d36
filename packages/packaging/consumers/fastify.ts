import { throws } from 'node:assert'
import type { AddressInfo } from 'node:net'
import { koywePayments, koyweWebhooks } from '@x/koywe-fastify'
import { fastify } from 'fastify'

export async function start(secret: string) {
  const delivered: string[] = []
  const app = fastify()
  await app.register(koyweWebhooks, { secret })
  await app.register(koywePayments, { secret })
  app.koywe.on('crypto_delivered', (event) => {
    const name: 'crypto_delivered' = event.eventName
    delivered.push(name && event.orderId)
  })
  // @ts-expect-error Koywe has no such event.
  throws(() => app.koywe.on('nope', () => {}), TypeError)
  app.koywePayments.on('order.paid', (event) => {
    const type: 'order.paid' = event.type
    delivered.push(type && String(event.relationships?.self?.id))
  })
  // @ts-expect-error That is an event of the other API.
  throws(() => app.koywePayments.on('crypto_delivered', () => {}), TypeError)

  await app.listen({ port: 0, host: '127.0.0.1' })
  const { port } = app.server.address() as AddressInfo
  return { port, delivered, close: () => app.close() }
}
