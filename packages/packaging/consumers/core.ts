import { throws } from 'node:assert'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createKoyweWebhooks } from '@x/koywe-core'
import { readBody } from '@x/koywe-core/adapter'

export async function start(secret: string) {
  const delivered: string[] = []
  const webhooks = createKoyweWebhooks(secret)
  webhooks.on('crypto_delivered', (event) => {
    const name: 'crypto_delivered' = event.eventName
    delivered.push(name && event.orderId)
  })
  // @ts-expect-error Koywe has no such event.
  throws(() => webhooks.on('nope', () => {}), TypeError)

  const server = createServer(async (request, response) => {
    const { method = '', url = '', headers, rawHeaders } = request
    const body = (limit: number) => readBody({ stream: request }, limit)
    const answer = await webhooks.handle({ method, url, headers, rawHeaders, body })
    response.writeHead(answer.status, answer.headers).end(answer.body)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return { port, delivered, close: async () => server.close() }
}
