import type { IncomingMessage } from 'node:http'
import type { TLSSocket } from 'node:tls'
import type { Body, HttpRequest } from '@x/koywe-core'
import type { KeptBody, ListenerError } from '../entries.js'
import { keptBytes } from '../kept-bytes.js'
import { keptHeaders } from '../kept-headers.js'
import { shortenedEmail } from '../shortened-email.js'
import type { Connection, RequestReport } from './wire.js'

/** What the preload reads of a context of `koywe:delivery` or `koywe:auth`, which a copy of another version may have made. */
export interface Context {
  readonly method: string
  readonly path: string
  readonly receivedAt: Date
  readonly status?: number
  readonly code?: string
  readonly reason?: string
  readonly durationMs?: number
  readonly body?: Body
  readonly request?: Pick<HttpRequest, 'headers' | 'rawHeaders'>
  readonly api?: string
  readonly eventName?: string
  readonly orderId?: string
  readonly deliveryId?: string
  readonly occurredAt?: Date
  readonly secretIndex?: number
  readonly event?: object
  readonly duplicate?: boolean
  readonly allowed?: boolean
  readonly email?: string
}

/** One request that the preload follows. It is written out once a batch is sent, not while the application answers. */
export interface Traced {
  readonly type: RequestReport['type']
  readonly id: number
  readonly context: Context
  readonly connection: Connection | undefined
  errors: readonly unknown[]
  done: boolean
  queued: boolean
}

let count = 0

/** Starts to follow a request. */
export function traced(
  type: Traced['type'],
  context: Context,
  request: IncomingMessage | undefined,
): Traced {
  count++
  const connection = request && connectionOf(request)
  return { type, id: count, context, connection, errors: [], done: false, queued: false }
}

/** Read at once, because a socket that has closed knows its ports no more. */
function connectionOf({ socket, url = '' }: IncomingMessage): Connection | undefined {
  const { localPort, localAddress, remotePort } = socket
  if (localPort === undefined || localAddress === undefined || remotePort === undefined) return
  const secure = (socket as Partial<TLSSocket>).encrypted === true // only a TLS socket has it
  return { localPort, localAddress, remotePort, secure, url }
}

/** Writes out what is known of a request. */
export function reportOf({ type, id, context, connection, errors, done }: Traced): RequestReport {
  const { method, path, receivedAt, status, durationMs, code, reason, request } = context
  const common = {
    ...{ type, id, done, method, path, connection, status, durationMs, code, reason },
    receivedAt: receivedAt.toISOString(),
  }
  if (type === 'question') {
    const { allowed, email } = context
    return { ...common, allowed, email: email && shortenedEmail(email) } as RequestReport // JSON leaves `undefined` out
  }
  const { api, eventName, orderId, deliveryId, secretIndex, duplicate } = context
  const externalId = context.event && Reflect.get(context.event, 'externalId')
  return {
    ...common,
    ...{ api, eventName, orderId, externalId, deliveryId, secretIndex, duplicate },
    occurredAt: context.occurredAt?.toISOString(),
    body: keptBody(context.body),
    headers: request && keptHeaders(request.headers),
    errors: errors.length > 0 ? errors.map(listenerError) : undefined,
  } as RequestReport // JSON leaves `undefined` out
}

function keptBody(body: Body | undefined): KeptBody | undefined {
  if (body === undefined) return undefined
  if ('text' in body) return { text: body.text }
  if ('value' in body) return parsedBody(body.value)
  return keptBytes(body.bytes)
}

/** A parser has kept the value alone. One that is nested too deeply has no text. */
function parsedBody(value: unknown): KeptBody | undefined {
  try {
    const text = JSON.stringify(value)
    return text === undefined ? undefined : { text }
  } catch {
    return undefined
  }
}

function listenerError(error: unknown): ListenerError {
  try {
    if (!(error instanceof Error)) return { name: typeof error, message: String(error) }
    const { name, message, stack } = error
    return { name, message, ...(stack !== undefined && { stack }) }
  } catch {
    return { name: 'unknown', message: 'The listener threw a value that cannot be written out.' }
  }
}
