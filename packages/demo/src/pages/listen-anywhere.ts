import { type AddressInfo, Server } from 'node:net'

// Loaded before a server of the documentation, which listens on port 3000: it gets any free port instead, and announces it.

const { listen } = Server.prototype

Server.prototype.listen = function (this: Server, ...given: unknown[]) {
  const [where, ...others] = given
  const anywhere = typeof where === 'object' ? { ...where, port: 0 } : 0
  this.once('listening', () => {
    const { port } = this.address() as AddressInfo // a server that listens on a port has one
    console.log(`listening on http://127.0.0.1:${port}`)
  })
  // Its own arguments, with another port.
  return Reflect.apply(listen, this, [anywhere, ...others])
}
