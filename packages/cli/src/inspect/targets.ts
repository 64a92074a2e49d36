import { type Api, apis } from '../contract/api.js'
import type { Connection } from './preload/wire.js'

/** Where the inspector may send to: where a delivery came in, else where the application listens. All of it is on this computer. */
export interface Targets {
  /** A server of a process listens. Returns its origin, if it can be reached on this computer. */
  listening(process: object, address: string, port: number): string | undefined
  /** A process has ended. */
  ended(process: object): void
  /** A delivery of that API has come in. */
  arrived(number: number, connection: Connection | undefined, api: Api): void
  /** Where to send a delivery again, by its number; of one that came in elsewhere the path counts. */
  again(number: number, path: string): URL | undefined
  /** Where a new delivery of that API goes: where its last one came in, else its default path. */
  next(api: Api): URL | undefined
}

/** A place on the application's own server. */
interface Place {
  readonly port: number
  readonly secure: boolean
  /** The path and query. */
  readonly path: string
}

const mostRemembered = 500

/** Creates the memory of where an application listens, and of where deliveries came in. No page ever names a place. */
export function createTargets(): Targets {
  /** The hosts of the processes' servers by port, the oldest process first. */
  const processes = new Map<object, Map<number, string>>()
  const byNumber = new Map<number, Place>()
  const lastOf = new Map<Api, Place>()
  let last: Place | undefined

  function hostOf(port: number): string | undefined {
    for (const servers of processes.values()) {
      const host = servers.get(port)
      if (host !== undefined) return host
    }
    return undefined
  }

  /** The place, or the same path on another server if the application listens there no more. */
  function urlOf(place: Place): URL | undefined {
    const host = hostOf(place.port)
    if (host !== undefined) return toUrl(place.secure, host, place.port, place.path)
    for (const servers of processes.values()) {
      for (const [port, other] of servers) return toUrl(place.secure, other, port, place.path)
    }
    return undefined
  }

  const somewhere = (path: string): Place => ({ ...(last ?? { port: 0, secure: false }), path })

  return {
    listening(process, address, port) {
      const host = loopbackHost(address)
      if (host === undefined) return undefined
      const servers = processes.get(process) ?? new Map<number, string>()
      processes.set(process, servers.set(port, host))
      return `http://${host}:${port}`
    },
    ended: (process) => void processes.delete(process),
    arrived(number, connection, api) {
      if (!connection) return
      const { localPort: port, secure, url: path } = connection
      last = { port, secure, path }
      lastOf.set(api, last)
      byNumber.set(number, last)
      const [oldest] = byNumber.keys()
      if (byNumber.size > mostRemembered && oldest !== undefined) byNumber.delete(oldest)
    },
    again: (number, path) => urlOf(byNumber.get(number) ?? somewhere(path)),
    next: (api) => urlOf(lastOf.get(api) ?? somewhere(apis[api].path)),
  }
}

/** Put together as text, because `new URL('//elsewhere/', origin)` is on another host. */
function toUrl(secure: boolean, host: string, port: number, path: string): URL | undefined {
  const text = `http${secure ? 's' : ''}://${host}:${port}${path}`
  return path.startsWith('/') && URL.canParse(text) ? new URL(text) : undefined
}

/** The host under which a server at an address is reached on this computer. */
function loopbackHost(address: string): string | undefined {
  const plain = address.replace(/^::ffff:/, '')
  if (plain === '::' || plain === '0.0.0.0') return '127.0.0.1'
  if (plain === '::1') return '[::1]'
  return /^127(\.\d{1,3}){3}$/.test(plain) ? plain : undefined
}
