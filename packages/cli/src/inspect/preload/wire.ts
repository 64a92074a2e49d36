import type { ListenerError } from '../entries.js'

/** The start of a preload's connection: it asks for this protocol, and then writes one {@link Report} after another. */
export const protocol = 'koywe-inspect'

/** The connection on which a request came in, as the application's side sees it. */
export interface Connection {
  readonly localPort: number
  readonly localAddress: string
  readonly remotePort: number
  /** The path and query that were asked for on the socket. */
  readonly url: string
}

/** One request of a receiver or of an auth callback, as far as it is known. A later report with the same `id` replaces it. */
export interface RequestReport {
  readonly type: 'delivery' | 'question'
  /** Counts the requests of one connection. */
  readonly id: number
  readonly method: string
  readonly path: string
  /** In milliseconds since 1970. */
  readonly receivedAt: number
  readonly connection?: Connection
  /** Absent until the request is answered. */
  readonly status?: number
  readonly durationMs?: number
  readonly code?: string
  readonly reason?: string
  readonly deliveryId?: string
  readonly secretIndex?: number
  readonly duplicate?: boolean
  readonly headers?: Readonly<Record<string, string>>
  readonly errors?: readonly ListenerError[]
  /** What only a receiver of another API than the ramp's says. */
  readonly event?: {
    readonly api: string
    readonly eventName?: string
    readonly orderId?: string
    readonly occurredAt?: string
  }
  /** Shortened. */
  readonly email?: string
  readonly allowed?: boolean
  /** How many bytes of body follow. */
  readonly bytes?: number
}

/** What a preload tells the inspector: JSON on one line, and then the bytes of a request's body. */
export type Report =
  | RequestReport
  /** A server accepts connections. */
  | {
      readonly type: 'listening'
      readonly address: string
      readonly port: number
      /** Whether it speaks TLS. */
      readonly secure: boolean
    }
  /** How many more requests were answered, and how many of them with an error. They came too fast to be reported. */
  | { readonly type: 'counted'; readonly requests: number; readonly refused: number }
