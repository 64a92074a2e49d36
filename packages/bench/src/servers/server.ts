// A server process: its name is the first argument. It reports its port, then its CPU time whenever it is asked.
import type { AddressInfo } from 'node:net'
import { createServerByName } from './create-server.js'

const server = await createServerByName(process.argv[2] ?? '')
// Between two visits a connection may idle for long; to open it again would count as a cost of the next delivery.
server.keepAliveTimeout = 0
server.listen(0, '127.0.0.1', () => send((server.address() as AddressInfo).port))
process.on('message', () => {
  const { user, system } = process.cpuUsage()
  send(user + system)
})
process.on('disconnect', () => process.exit())

function send(figure: number): void {
  process.send?.(figure)
}
