import { koyweWebhooks } from '@x/koywe-fastify'
import Fastify from 'fastify'
import { openDatabase } from './database.js'
import { findOrder } from './orders.js'
import { enqueue, startBoss } from './queue.js'

const { PORT = '3000', HOST = '127.0.0.1', KOYWE_WEBHOOK_SECRET = '' } = process.env

const pool = await openDatabase()
const boss = await startBoss(pool)

const app = Fastify({ logger: { level: 'warn' } })

// Answers 200 as soon as the queue has the event. The queue recognises duplicates, so no dedupe store is needed.
await app.register(koyweWebhooks, { secret: KOYWE_WEBHOOK_SECRET, dedupe: false })
app.koywe.onAny((event, delivery) => enqueue(boss, { deliveryId: delivery.id, event }))

app.get<{ Params: { id: string } }>('/orders/:id', async ({ params }, reply) => {
  const order = await findOrder(pool, params.id)
  return order ?? reply.code(404).send()
})

app.addHook('onClose', async () => {
  await app.koywe.idle() // every event has reached the queue
  await boss.stop()
  await pool.end()
})

for (const signal of ['SIGTERM', 'SIGINT']) {
  process.once(signal, () => {
    // Without PostgreSQL the shutdown would hang. Koywe can retry whatever has not been acknowledged.
    setTimeout(() => process.exit(1), 10_000).unref()
    app.server.keepAliveTimeout = 1 // or `close()` would wait for keep-alive connections
    app.close()
  })
}

await app.listen({ port: Number(PORT), host: HOST })
console.log(`listening on ${app.listeningOrigin}`)
