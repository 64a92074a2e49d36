import { throws } from 'node:assert'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { koywePayments, koyweWebhooks } from '@x/koywe-koa'
import Koa from 'koa'

export async function start(secret: string) {
  const delivered: string[] = []
  const webhooks = koyweWebhooks(secret)
  const payments = koywePayments(secret)
  webhooks.on('crypto_delivered', (event) => {
    const name: 'crypto_delivered' = event.eventName
    delivered.push(name && event.orderId)
  })
  // @ts-expect-error Koywe has no such event.
  throws(() => webhooks.on('nope', () => {}), TypeError)
  payments.on('order.paid', (event) => {
    const type: 'order.paid' = event.type
    delivered.push(type && String(event.relationships?.self?.id))
  })
  // @ts-expect-error That is an event of the other API.
  throws(() => payments.on('crypto_delivered', () => {}), TypeError)

  const app = new Koa().use(webhooks).use(payments)
  const server = createServer(app.callback()).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return { port, delivered, close: async () => server.close() }
}
