import type { AddressInfo } from 'node:net'
import { createApp } from './app.js'
import { openUsers } from './users.js'

const { PORT = '3000', HOST = '127.0.0.1', DATABASE = '' } = process.env
const { KOYWE_JWT_SECRET = '', KOYWE_JWT_ISSUER = '', KOYWE_JWT_AUDIENCE = '' } = process.env

const users = await openUsers(DATABASE || undefined)
users.add('maria@example.com', true)

const app = createApp(
  { secret: KOYWE_JWT_SECRET, issuer: KOYWE_JWT_ISSUER, audience: KOYWE_JWT_AUDIENCE },
  users,
)
const server = app.listen(Number(PORT), HOST, (error) => {
  if (error) throw error
  const { port } = server.address() as AddressInfo // a server that listens on a port has one
  console.log(`listening on http://${HOST}:${port}`)
})

for (const signal of ['SIGTERM', 'SIGINT']) {
  process.once(signal, () => {
    server.keepAliveTimeout = 1 // or `close()` would wait for keep-alive connections
    setTimeout(() => server.closeAllConnections(), 6_000).unref() // and for one that sends nothing
    server.close(() => users.close())
  })
}
