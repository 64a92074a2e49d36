import type { AddressInfo } from 'node:net'
import { koywePayments } from '@x/koywe-express'
import express from 'express'
import { createOrder, findEvents } from './orders.js'
import { openQueue } from './queue.js'
import { connectRedis } from './redis.js'

const { PORT = '3000', HOST = '127.0.0.1', KOYWE_PAYMENTS_SECRET = '' } = process.env

const redis = await connectRedis()
const queue = await openQueue(redis)

// Answers exactly 200 as soon as the queue has the event, well within Koywe's 5 seconds. The queue recognises
// duplicates, so no dedupe store is needed.
const payments = koywePayments(KOYWE_PAYMENTS_SECRET, { dedupe: false })
payments.onAny((event, delivery) => queue.enqueue({ deliveryId: delivery.id, event }))

const app = express()
app.use(payments) // answers POST /webhooks/koywe-payments; before any body parser, since Koywe signs the bytes
app.put('/orders/:id', async (request, response) => {
  await createOrder(redis, request.params.id) // stand-in for your checkout
  response.sendStatus(204)
})
app.get('/orders/:id', async (request, response) => {
  const events = await findEvents(redis, request.params.id)
  if (events) response.json(events)
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
      await payments.idle() // every event has reached the queue
      await queue.close()
      redis.disconnect()
    })
  })
}
