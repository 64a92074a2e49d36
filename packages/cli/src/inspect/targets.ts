import { type Api, apis } from '../contract/api.js'
import type { Connection } from './preload/wire.js'

/** Where the inspector may send to: where a delivery came in, else where the application listens. All of it is on this computer. */
export interface Targets {
  /** A server of a process listens. Returns its origin, if it can be reached on this computer. */
  listening(process: object, address: string, port: number, secure: boolean): string | undefined
  /** A process has ended. */
  ended(process: object): void
  /** A delivery of that API has come in. Returns the origin of its server, if it can be reached on this computer. */
  arrived(number: number, connection: Connection | undefined, api: Api): string | undefined
  /** Where to send a delivery again, by its number; of one that came in elsewhere the path counts. */
  again(number: number, path: string): URL | undefined
  /** Where a new delivery of that API goes: where its last one came in, else its default path. */
  next(api: Api): URL | undefined
}

/** A place on the application's own server. */
interface Place {
  readonly port: number
  /** The path and query. */
  readonly path: string
}

const mostRemembered = 500

/** Creates the memory of where an application listens, and of where deliveries came in. No page ever names a place. */
export function createTargets(): Targets {
  /** The origins of the processes' servers by port, the oldest process first. */
  const processes = new Map<object, Map<number, string>>()
  const byNumber = new Map<number, Place>()
  const lastOf = new Map<Api, Place>()
  let last: Place | undefined

  /** The origin of the server at a port, or of another if the application listens there no more. */
  function originOf(port: number): string | undefined {
    const all = [...processes.values()]
    const servers = all.find((one) => one.has(port)) ?? all[0]
    return servers?.get(port) ?? servers?.values().next().value
  }

  function urlOf({ port, path }: Place): URL | undefined {
    const origin = originOf(port)
    return origin === undefined ? undefined : toUrl(origin, path)
  }

  const somewhere = (path: string): Place => ({ port: last?.port ?? 0, path })

  return {
    listening(process, address, port, secure) {
      const host = loopbackHost(address)
      if (host === undefined) return undefined
      const origin = `http${secure ? 's' : ''}://${host}:${port}`
      const servers = processes.get(process) ?? new Map<number, string>()
      processes.set(process, servers.set(port, origin))
      return origin
    },
    ended: (process) => void processes.delete(process),
    arrived(number, connection, api) {
      if (!connection) return undefined
      const { localPort: port, url: path } = connection
      last = { port, path }
      lastOf.set(api, last)
      byNumber.set(number, last)
      const [oldest] = byNumber.keys()
      if (byNumber.size > mostRemembered && oldest !== undefined) byNumber.delete(oldest)
      return originOf(port)
    },
    again: (number, path) => urlOf(byNumber.get(number) ?? somewhere(path)),
    next: (api) => urlOf(lastOf.get(api) ?? somewhere(apis[api].path)),
  }
}

/** Put together as text, because `new URL('//elsewhere/', origin)` is on another host. */
function toUrl(origin: string, path: string): URL | undefined {
  const text = origin + path
  return path.startsWith('/') && URL.canParse(text) ? new URL(text) : undefined
}

/** The host under which a server at an address is reached on this computer. */
function loopbackHost(address: string): string | undefined {
  const plain = address.replace(/^::ffff:/, '')
  if (plain === '::' || plain === '0.0.0.0') return '127.0.0.1'
  if (plain === '::1') return '[::1]'
  return /^127(\.\d{1,3}){3}$/.test(plain) ? plain : undefined
}
