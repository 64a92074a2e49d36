import { throws } from 'node:assert'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createKoywePayments, createKoyweWebhooks } from '@x/koywe-core'
import { defaultPaths, readBody } from '@x/koywe-core/adapter'

export async function start(secret: string) {
  const delivered: string[] = []
  const webhooks = createKoyweWebhooks(secret)
  const payments = createKoywePayments(secret)
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

  const server = createServer(async (request, response) => {
    const { method = '', url = '', headers, rawHeaders } = request
    const body = (limit: number) => readBody({ stream: request }, limit)
    const receiver = url === defaultPaths.koywePayments ? payments : webhooks
    const answer = await receiver.handle({ method, url, headers, rawHeaders, body })
    response.writeHead(answer.status, answer.headers).end(answer.body)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return { port, delivered, close: async () => server.close() }
}
