import { readFile } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import Router from '@koa/router'
import { bearer, koyweAuthCallback, koyweWebhooks } from '@x/koywe-koa'
import Koa from 'koa'

const { PORT = '3000', HOST = '127.0.0.1', USERS_FILE = 'users.json' } = process.env
const { KOYWE_WEBHOOK_SECRET = '', KOYWE_CALLBACK_TOKEN = '' } = process.env

// Stand-in for a database table with one row per event, keyed on `delivery.id`: an event that is delivered twice
// is still one row, and a late event overwrites no other.
const history = new Map<string, { orderId: string; status: string; at: Date }>()

const webhooks = koyweWebhooks(KOYWE_WEBHOOK_SECRET)
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

const router = new Router()
router.post('/koywe/auth', authCallback)
router.get('/orders/:id', (context) => {
  context.body = [...history.values()].filter(({ orderId }) => orderId === context.params.id)
})

const app = new Koa()
app.use(webhooks) // answers POST /webhooks/koywe and passes everything else on
app.use(router.routes())

const server = app.listen(Number(PORT), HOST, () => {
  const { port } = server.address() as AddressInfo // a server that listens on a port has one
  console.log(`listening on http://${HOST}:${port}`)
})

for (const signal of ['SIGTERM', 'SIGINT']) {
  process.once(signal, () => {
    server.keepAliveTimeout = 1 // or `close()` would wait for keep-alive connections
    setTimeout(() => server.closeAllConnections(), 6_000).unref() // and for one that sends nothing
    server.close(async () => {
      await webhooks.idle() // no delivery is in progress now: close your database here
    })
  })
}
