import { readFile } from 'node:fs/promises'
import { bearer, koyweAuthCallback, koyweWebhooks } from '@x/koywe-express'
import express from 'express'

const {
  KOYWE_WEBHOOK_SECRET = '',
  KOYWE_CALLBACK_TOKEN = '',
  USERS_FILE = 'users.json',
} = process.env

// Stand-in for a database table with one row per event, keyed on `delivery.id`: an event that is delivered twice
// is still one row, and a late event overwrites no other.
const history = new Map<string, { orderId: string; status: string; at: Date }>()

/** The receiver. Its listeners run before the response: Lambda freezes the instance after it. */
export const webhooks = koyweWebhooks(KOYWE_WEBHOOK_SECRET)
  .on('payment_received', async ({ orderId }, delivery) => {
    history.set(delivery.id, { orderId, status: 'paid', at: delivery.receivedAt })
  })
  .on('crypto_delivered', async ({ orderId }, delivery) => {
    history.set(delivery.id, { orderId, status: 'delivered', at: delivery.receivedAt })
  })
  .on('crypto_tx_failed', async ({ orderId }, delivery) => {
    history.set(delivery.id, { orderId, status: 'failed', at: delivery.receivedAt })
  })
  .onAny((event) => console.log(`event ${event.eventName} order ${event.orderId}`))

const authCallback = koyweAuthCallback({
  auth: bearer(KOYWE_CALLBACK_TOKEN),
  isAllowed: async ({ email }) => {
    const users: unknown[] = JSON.parse(await readFile(USERS_FILE, 'utf8')) // stand-in for your database
    return users.includes(email) // only a literal true is a yes
  },
})

/** The application. It does not depend on Lambda. */
export const app = express()
app.use(webhooks) // answers POST /webhooks/koywe and passes everything else on
app.post('/koywe/auth', authCallback)
app.get('/orders/:id', (request, response) => {
  response.json([...history.values()].filter(({ orderId }) => orderId === request.params.id))
})
