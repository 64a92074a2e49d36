import type { AddressInfo } from 'node:net'
import { koyweWebhooks } from '@x/koywe-express'
import express from 'express'
import { findOrder } from './orders.js'
import { openQueue } from './queue.js'
import { connectRedis } from './redis.js'

const { PORT = '3000', HOST = '127.0.0.1', KOYWE_WEBHOOK_SECRET = '' } = process.env

const redis = await connectRedis()
const queue = await openQueue(redis)

// Answered with 200 as soon as the queue has the event. It knows the copies, so no other memory of them is needed.
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
    // Without Redis it would wait for ever, and what it has not acknowledged may come again.
    setTimeout(() => process.exit(1), 10_000).unref()
    server.keepAliveTimeout = 1 // a connection ends with its last answer, or `close` would wait for it
    server.close(async () => {
      await webhooks.idle() // no event is on its way to the queue any more
      await queue.close()
      redis.disconnect()
    })
  })
}
