import './metrics.js'
import './tracing.js'
import type { AddressInfo } from 'node:net'
import { createPostgresDedupeStore, migrateKoyweDedupe } from '@x/koywe-core/postgres'
import { koyweWebhooks } from '@x/koywe-express'
import express from 'express'
import pg from 'pg'
import { register } from 'prom-client'
import { keepHistory } from './history.js'
import { historyTable } from './history-table.js'

const { PORT = '3000', HOST = '127.0.0.1' } = process.env
const { KOYWE_WEBHOOK_SECRET = '', DATABASE_URL = '' } = process.env

const settings = {
  connectionString: DATABASE_URL,
  connectionTimeoutMillis: 2000,
  statement_timeout: 4000,
}
const pool = new pg.Pool(settings)
const historyPool = new pg.Pool({ ...settings, max: 2 }) // of its own, so that no delivery waits behind rows of the history
for (const each of [pool, historyPool]) {
  each.on('error', ({ message }) => console.error(`database: ${message}`))
}
await migrateKoyweDedupe(pool)
await pool.query(historyTable)
keepHistory(historyPool, console.error)

const dedupe = createPostgresDedupeStore(pool)
const webhooks = koyweWebhooks(KOYWE_WEBHOOK_SECRET, { dedupe }).onAny((event) =>
  console.log(`event ${event.eventName} order ${event.orderId}`),
)

const app = express()
app.use(webhooks) // answers POST /webhooks/koywe and passes everything else on
app.get('/metrics', async (_request, response) => {
  response.type(register.contentType).send(await register.metrics())
})

const server = app.listen(Number(PORT), HOST, (error) => {
  if (error) throw error
  const { port } = server.address() as AddressInfo // a server that listens on a port has one
  console.log(`listening on http://${HOST}:${port}`)
})

for (const signal of ['SIGTERM', 'SIGINT']) {
  process.once(signal, () => {
    // Without PostgreSQL the shutdown would hang, and so it would for a connection that sends nothing.
    setTimeout(() => process.exit(1), 10_000).unref()
    server.keepAliveTimeout = 1 // or `close()` would wait for keep-alive connections
    server.close(async () => {
      await webhooks.idle()
      await Promise.all([pool.end(), historyPool.end()]) // waits for the rows that are being written
    })
  })
}
