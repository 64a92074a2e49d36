import { throws } from 'node:assert'
import type { AddressInfo } from 'node:net'
import { koyweWebhooks } from '@x/koywe-fastify'
import { fastify } from 'fastify'

export async function start(secret: string) {
  const delivered: string[] = []
  const app = fastify()
  await app.register(koyweWebhooks, { secret })
  app.koywe.on('crypto_delivered', (event) => {
    const name: 'crypto_delivered' = event.eventName
    delivered.push(name && event.orderId)
  })
  // @ts-expect-error Koywe has no such event.
  throws(() => app.koywe.on('nope', () => {}), TypeError)

  await app.listen({ port: 0, host: '127.0.0.1' })
  const { port } = app.server.address() as AddressInfo
  return { port, delivered, close: () => app.close() }
}
