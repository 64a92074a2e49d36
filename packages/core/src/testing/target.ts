import { once } from 'node:events'
import { createServer, type IncomingMessage, Server, type ServerResponse } from 'node:http'

/** A function that answers requests: an Express 4 or 5 application, or a listener of `node:http`. */
type Listener = (request: IncomingMessage, response: ServerResponse) => unknown

interface FastifyLike {
  ready(): PromiseLike<unknown>
  routing(request: IncomingMessage, response: ServerResponse): void
}

interface KoaLike {
  callback(): Listener
}

interface NestLike {
  init(): Promise<unknown>
  getHttpAdapter(): { getInstance(): unknown }
}

/**
 * What can be asked: a URL, an application of Express 4 and 5, Koa 2 and 3, Fastify 4 and 5 or Nest, a request listener, or a
 * server of `node:http`. An application needs no `listen()`: it is served on a free port of the loopback interface meanwhile.
 */
export type Target = string | URL | Server | Listener | FastifyLike | KoaLike | NestLike

/** Where a target answers, until it is closed. */
export interface Served {
  /** What a path is relative to. */
  readonly url: URL
  close(): Promise<void>
}

/**
 * Makes a target answer on a socket. A server that listens already is left as it is.
 *
 * @throws {TypeError} when it is no target.
 */
export async function serve(target: Target): Promise<Served> {
  if (typeof target === 'string' || target instanceof URL) {
    return { url: new URL(target), async close() {} }
  }
  const server = target instanceof Server ? target : createServer(await listenerOf(target))
  if (server.listening) return { url: urlOf(server), async close() {} }
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: urlOf(server),
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

async function listenerOf(target: unknown): Promise<Listener> {
  if (has<NestLike>(target, 'init', 'getHttpAdapter')) {
    await target.init()
    return listenerOf(target.getHttpAdapter().getInstance())
  }
  if (has<FastifyLike>(target, 'ready', 'routing')) {
    await target.ready()
    return (request, response) => target.routing(request, response)
  }
  if (has<KoaLike>(target, 'callback')) return target.callback()
  if (typeof target === 'function') return target as Listener // nothing tells its parameters
  throw new TypeError(
    'The target must be a URL, an application of Express, Koa, Fastify or Nest, a request listener or a server of node:http.',
  )
}

/** Whether a value has these methods, which are those that tell the frameworks apart. */
function has<T>(value: unknown, ...methods: readonly (keyof T & string)[]): value is T {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return false
  return methods.every((name) => typeof Reflect.get(value, name) === 'function')
}

function urlOf(server: Server): URL {
  const address = server.address()
  if (typeof address !== 'object' || address === null) {
    throw new TypeError('The server listens on a pipe; deliver to one that listens on a port.')
  }
  const { family, port } = address
  return new URL(`http://${family === 'IPv6' ? '[::1]' : '127.0.0.1'}:${port}`)
}
