import { throws } from 'node:assert'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { koyweWebhooks } from '@x/koywe-express'
import express from 'express'

export async function start(secret: string) {
  const delivered: string[] = []
  const webhooks = koyweWebhooks(secret)
  webhooks.on('crypto_delivered', (event) => {
    const name: 'crypto_delivered' = event.eventName
    delivered.push(name && event.orderId)
  })
  // @ts-expect-error Koywe has no such event.
  throws(() => webhooks.on('nope', () => {}), TypeError)

  const app = express().use(express.json()).use(webhooks)
  const server = createServer(app).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return { port, delivered, close: async () => server.close() }
}
