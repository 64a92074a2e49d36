import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A server that a test has started. */
export interface RunningServer {
  readonly port: number
  close(): Promise<void>
}

/** Serves an application on a free port of 127.0.0.1. */
export async function listen(app: RequestListener): Promise<RunningServer> {
  const server = createServer(app).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port, // the address of a TCP server is an object
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
