import type { AddressInfo } from 'node:net'
import { app, webhooks } from './app.js'

// Runs the application locally, without Lambda.
const { PORT = '3000', HOST = '127.0.0.1' } = process.env

const server = app.listen(Number(PORT), HOST, (error) => {
  if (error) throw error
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
