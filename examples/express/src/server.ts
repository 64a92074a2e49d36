import type { AddressInfo } from 'node:net'
import { koyweWebhooks } from '@x/koywe-express'
import express from 'express'

const { PORT = '3000', HOST = '127.0.0.1', KOYWE_WEBHOOK_SECRET = '' } = process.env

// Stands for a table of your database: one row for each event. With `delivery.id` as its key, an event that is
// delivered twice is one row, and an event that comes late overwrites no other.
const history = new Map<string, { orderId: string; status: string; at: Date }>()

const webhooks = koyweWebhooks(KOYWE_WEBHOOK_SECRET)

webhooks
  .on('payment_received', async ({ orderId }, delivery) => {
    history.set(delivery.id, { orderId, status: 'paid', at: delivery.receivedAt })
  })
  .on('payment_expired', async ({ orderId }, delivery) => {
    history.set(delivery.id, { orderId, status: 'expired', at: delivery.receivedAt })
  })
  .on('crypto_delivered', async ({ orderId }, delivery) => {
    history.set(delivery.id, { orderId, status: 'delivered', at: delivery.receivedAt })
  })
  .on('crypto_tx_failed', async ({ orderId }, delivery) => {
    history.set(delivery.id, { orderId, status: 'failed', at: delivery.receivedAt })
  })
  .onAny((event) => console.log(`event ${event.eventName} order ${event.orderId}`))

const app = express()
app.use(webhooks) // answers POST /webhooks/koywe and passes everything else on
app.get('/orders/:id', (request, response) => {
  response.json([...history.values()].filter(({ orderId }) => orderId === request.params.id))
})

const server = app.listen(Number(PORT), HOST, (error) => {
  if (error) throw error
  const { port } = server.address() as AddressInfo // a server that listens on a port has one
  console.log(`listening on http://${HOST}:${port}`)
})

// Takes no new connections; the process ends when the running listeners have.
for (const signal of ['SIGTERM', 'SIGINT']) process.once(signal, () => server.close())
