import type { Body, HttpRequest } from '@x/koywe-core'
import type { ListenerError } from '../entries.js'
import { keptHeaders } from '../kept-headers.js'
import { shortenedEmail } from '../shortened-email.js'
import type { Arrival } from './counter.js'
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

/** One request that the preload follows. */
export interface Traced {
  readonly type: RequestReport['type']
  readonly id: number
  readonly context: Context
  readonly connection: Connection | undefined
  errors: readonly unknown[]
}

let count = 0

/** Starts to follow a request. */
export function traced(
  type: Traced['type'],
  context: Context,
  arrival: Arrival | undefined,
): Traced {
  count++
  const connection = arrival && connectionOf(arrival)
  return { type, id: count, context, connection, errors: [] }
}

/** Read at once, because a socket that has closed knows its ports no more. */
function connectionOf({ socket, url }: Arrival): Connection | undefined {
  const { localPort, localAddress, remotePort } = socket
  if (localPort === undefined || localAddress === undefined || remotePort === undefined) return
  return { localPort, localAddress, remotePort, url }
}

/** The bytes of a request's body, or of what a parser has made of it. One that is nested too deeply has no text. */
export function bodyOf({ type, context: { body } }: Traced): Uint8Array | string | undefined {
  if (type === 'question' || body === undefined) return undefined
  if ('bytes' in body) return body.bytes
  if ('text' in body) return body.text
  try {
    return JSON.stringify(body.value)
  } catch {
    return undefined
  }
}

/**
 * Writes out what is known of a request. By hand, because the application waits meanwhile: `JSON.stringify` of one object takes
 * several times as long, and what the inspector can read in the body is not repeated.
 */
export function headOf(one: Traced, bytes: number | undefined): string {
  const { type, id, context, connection } = one
  const { status, durationMs, code, reason, request } = context
  let text = `{"type":"${type}","id":${id},"receivedAt":${context.receivedAt.getTime()}`
  text += `,"method":${quoted(context.method)},"path":${quoted(context.path)}`
  if (connection) {
    const { localPort, localAddress, remotePort, url } = connection
    text += `,"connection":{"localPort":${localPort},"localAddress":${quoted(localAddress)}`
    text += `,"remotePort":${remotePort},"url":${quoted(url)}}`
  }
  if (status !== undefined) text += `,"status":${status}`
  if (durationMs !== undefined) text += `,"durationMs":${durationMs.toFixed(3)}`
  if (code !== undefined) text += `,"code":${quoted(code)}`
  if (reason !== undefined) text += `,"reason":${JSON.stringify(reason)}`
  text += type === 'question' ? questionOf(context) : deliveryOf(one)
  if (type === 'delivery' && request) text += headersOf(request.headers)
  if (bytes !== undefined) text += `,"bytes":${bytes}`
  return `${text}}\n`
}

function questionOf({ allowed, email }: Context): string {
  const user = email === undefined ? '' : `,"email":${JSON.stringify(shortenedEmail(email))}`
  return `,"allowed":${allowed === true}${user}`
}

function deliveryOf({ context, errors }: Traced): string {
  const { api, deliveryId, secretIndex, duplicate } = context
  let text = `,"duplicate":${duplicate === true}`
  if (deliveryId !== undefined) text += `,"deliveryId":${JSON.stringify(deliveryId)}`
  if (secretIndex !== undefined) text += `,"secretIndex":${secretIndex}`
  if (errors.length > 0) text += `,"errors":${JSON.stringify(errors.map(listenerError))}`
  if (api !== undefined && api !== 'ramp') {
    const { eventName, orderId, occurredAt } = context
    text += `,"event":${JSON.stringify({ api, eventName, orderId, occurredAt })}`
  }
  return text
}

function headersOf(headers: HttpRequest['headers']): string {
  let text = ''
  for (const name of keptHeaders) {
    const value = headers[name]
    if (typeof value === 'string') text += `${text && ','}"${name}":${quoted(value)}`
  }
  return `,"headers":{${text}}`
}

const known = new Map<string, string>()
const mostKnown = 500

/** The JSON of a text that is likely to come again. */
function quoted(text: string): string {
  let json = known.get(text)
  if (json === undefined) {
    json = JSON.stringify(text)
    if (known.size >= mostKnown) known.clear()
    known.set(text, json)
  }
  return json
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
