import { readFile } from 'node:fs/promises'
import { bearer, koyweAuthCallback, koyweWebhooks } from '@x/koywe-fastify'
import Fastify from 'fastify'

const { PORT = '3000', HOST = '127.0.0.1', USERS_FILE = 'users.json' } = process.env
const { KOYWE_WEBHOOK_SECRET = '', KOYWE_CALLBACK_TOKEN = '' } = process.env

// Stand-in for a database table with one row per event, keyed on `delivery.id`: an event that is delivered twice
// is still one row, and a late event overwrites no other.
const history = new Map<string, { orderId: string; status: string; at: Date }>()

const app = Fastify({ logger: { level: 'warn' } })

// Answers POST /webhooks/koywe and leaves every other route and parser as it is.
await app.register(koyweWebhooks, { secret: KOYWE_WEBHOOK_SECRET })
app.koywe
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

await app.register(koyweAuthCallback, {
  path: '/koywe/auth',
  auth: bearer(KOYWE_CALLBACK_TOKEN),
  isAllowed: async ({ email }) => {
    const users: unknown[] = JSON.parse(await readFile(USERS_FILE, 'utf8')) // stand-in for your database
    return users.includes(email) // only a literal true is a yes
  },
})

app.get<{ Params: { id: string } }>('/orders/:id', async ({ params }) =>
  [...history.values()].filter(({ orderId }) => orderId === params.id),
)

// If an onClose hook of yours closes the database, await app.koywe.idle() there first.
for (const signal of ['SIGTERM', 'SIGINT']) {
  process.once(signal, () => {
    app.server.keepAliveTimeout = 1 // or `close()` would wait for keep-alive connections
    setTimeout(() => app.server.closeAllConnections(), 6_000).unref() // and for one that sends nothing
    app.close()
  })
}

await app.listen({ port: Number(PORT), host: HOST })
console.log(`listening on ${app.listeningOrigin}`)
