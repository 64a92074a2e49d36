import type { KeptBody, ListenerError } from '../entries.js'

/** The start of a preload's connection: it asks for this protocol, and then writes one {@link Report} a line. */
export const protocol = 'koywe-inspect'

/** The connection on which a request came in, as the application's side sees it. */
export interface Connection {
  readonly localPort: number
  readonly localAddress: string
  readonly remotePort: number
  readonly secure: boolean
  /** The path and query that were asked for on the socket. */
  readonly url: string
}

/** One request of a receiver or of an auth callback, as far as it is known. A later report with the same `id` replaces it. */
export interface RequestReport {
  readonly type: 'delivery' | 'question'
  /** Counts the requests of one connection. */
  readonly id: number
  readonly done: boolean
  readonly method: string
  readonly path: string
  readonly receivedAt: string
  readonly connection?: Connection
  readonly status?: number
  readonly durationMs?: number
  readonly code?: string
  readonly reason?: string
  readonly api?: string
  readonly eventName?: string
  readonly orderId?: string
  readonly externalId?: string
  readonly deliveryId?: string
  readonly occurredAt?: string
  readonly secretIndex?: number
  readonly duplicate?: boolean
  readonly body?: KeptBody
  readonly headers?: Readonly<Record<string, string>>
  readonly errors?: readonly ListenerError[]
  /** Shortened. */
  readonly email?: string
  readonly allowed?: boolean
}

/** What a preload tells the inspector. */
export type Report =
  | RequestReport
  /** A server accepts connections. */
  | { readonly type: 'listening'; readonly address: string; readonly port: number }
  /** How many requests it could not report, since the last such report. */
  | { readonly type: 'dropped'; readonly count: number }
