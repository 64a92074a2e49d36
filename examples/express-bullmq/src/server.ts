import type { AddressInfo } from 'node:net'
import { koyweWebhooks } from '@x/koywe-express'
import express from 'express'
import { findOrder } from './orders.js'
import { openQueue } from './queue.js'
import { connectRedis } from './redis.js'

const { PORT = '3000', HOST = '127.0.0.1', KOYWE_WEBHOOK_SECRET = '' } = process.env

const redis = await connectRedis()
const queue = await openQueue(redis)

// Answers 200 as soon as the queue has the event. The queue recognises duplicates, so no dedupe store is needed.
const webhooks = koyweWebhooks(KOYWE_WEBHOOK_SECRET, { dedupe: false })
webhooks.onAny((event, delivery) => queue.enqueue({ deliveryId: delivery.id, event }))

const app = express()
app.use(webhooks) // answers POST /webhooks/koywe and passes everything else on
app.get('/orders/:id', async (request, response) => {
  const order = await findOrder(redis, request.params.id)
  if (order) response.json(order)
  else response.sendStatus(404)
})

const server = app.listen(Number(PORT), HOST, (error) => {
  if (error) throw error
  const { port } = server.address() as AddressInfo // a server that listens on a port has one
  console.log(`listening on http://${HOST}:${port}`)
})

for (const signal of ['SIGTERM', 'SIGINT']) {
  process.once(signal, () => {
    // Without Redis the shutdown would hang. Koywe can retry whatever has not been acknowledged.
    setTimeout(() => process.exit(1), 10_000).unref()
    server.keepAliveTimeout = 1 // or `close()` would wait for keep-alive connections
    server.close(async () => {
      await webhooks.idle() // every event has reached the queue
      await queue.close()
      redis.disconnect()
    })
  })
}
