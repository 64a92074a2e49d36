// One application in each way to serve: over TLS, over HTTP/2, in a cluster, in a worker thread.
import cluster from 'node:cluster'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { createSecureServer } from 'node:http2'
import { createServer as createTlsServer } from 'node:https'
import { isMainThread, Worker } from 'node:worker_threads'
import { koyweWebhooks } from '@x/koywe-koa'
import Koa from 'koa'

const [kind] = process.argv.slice(2)
const read = (name) => readFileSync(new URL(`../../self-signed/${name}.pem`, import.meta.url))
const tls = { key: read('key'), cert: read('certificate') }
const webhooks = koyweWebhooks(process.env.KOYWE_WEBHOOK_SECRET, { logger: false })
webhooks.onAny(() => {})
const handle = new Koa().use(webhooks).callback()

function listen(server) {
  server.listen(0, '127.0.0.1', () => {
    console.log(`${kind} at 127.0.0.1:${server.address().port}`)
  })
}

if (kind === 'cluster' && cluster.isPrimary) {
  for (let count = 0; count < 2; count++) cluster.fork()
} else if (kind === 'thread' && isMainThread) {
  new Worker(new URL(import.meta.url), { argv: [kind] })
} else if (kind === 'https') listen(createTlsServer(tls, handle))
else if (kind === 'http2') listen(createSecureServer({ ...tls, allowHTTP1: true }, handle))
else listen(createServer(handle))
