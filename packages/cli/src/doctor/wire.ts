import { connect as plain, type Socket } from 'node:net'
import { connect as secure } from 'node:tls'
import { type Answer, readAnswer } from './answer.js'

/** A request as it goes over the wire. */
export interface WireRequest {
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | Uint8Array
  /** Sends the body in chunks, without Content-Length. */
  readonly chunked?: boolean
}

/** What came of a request. */
export type Outcome =
  | ({ readonly kind: 'answer' } & Answer)
  /** Nothing, or only a part of an answer, came in time. */
  | { readonly kind: 'hang'; readonly afterMs: number; readonly started: boolean }
  /** The connection ended without a whole answer. */
  | { readonly kind: 'closed'; readonly reason: string }

/** No connection could be made: the host is unknown, nothing listens, or TLS failed. `cause` is Node's error. */
export class ConnectionError extends Error {
  override readonly name = 'ConnectionError'
}

const crlf = '\r\n'

/**
 * Posts one request over a socket of its own and waits at most `timeoutMs` for the whole answer. Follows no redirect.
 *
 * @throws {ConnectionError} when there is no connection.
 */
export async function exchange(
  url: URL,
  request: WireRequest,
  timeoutMs: number,
): Promise<Outcome> {
  const deadline = performance.now() + timeoutMs
  const socket = await open(url, timeoutMs)
  try {
    socket.write(encode(url, request))
    return await outcomeOf(socket, timeoutMs, deadline)
  } finally {
    socket.destroy()
  }
}

function outcomeOf(socket: Socket, timeoutMs: number, deadline: number): Promise<Outcome> {
  return new Promise((resolve) => {
    let received = Buffer.alloc(0)
    let reason = 'the connection was closed'
    const settle = (outcome: Outcome): void => {
      clearTimeout(timer)
      resolve(outcome)
    }
    const timer = setTimeout(
      () => settle({ kind: 'hang', afterMs: timeoutMs, started: received.length > 0 }),
      Math.max(0, deadline - performance.now()),
    )
    const look = (ended: boolean): void => {
      const answer = readAnswer(received, ended)
      if (answer) settle({ kind: 'answer', ...answer })
      else if (ended) settle({ kind: 'closed', reason })
    }
    socket.on('data', (chunk: Buffer) => {
      received = Buffer.concat([received, chunk])
      look(false)
    })
    // A server may answer and reset the connection while the body is still being sent: the answer counts.
    socket.on('error', (error: NodeJS.ErrnoException) => {
      reason = error.code ?? error.message
    })
    socket.once('close', () => look(true))
  })
}

function open(url: URL, timeoutMs: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const isSecure = url.protocol === 'https:'
    const host = url.hostname.replace(/^\[|\]$/g, '') // the brackets of an IPv6 address
    const port = Number(url.port || (isSecure ? 443 : 80))
    const socket = isSecure
      ? secure({ host, port, ...(/[a-z]/i.test(host) && { servername: host }) })
      : plain({ host, port })
    const failed = (cause: Error): void => {
      clearTimeout(timer)
      socket.destroy()
      reject(new ConnectionError(cause.message, { cause }))
    }
    const timer = setTimeout(() => failed(timedOut()), timeoutMs)
    socket.once('error', failed)
    socket.once(isSecure ? 'secureConnect' : 'connect', () => {
      clearTimeout(timer)
      socket.off('error', failed)
      resolve(socket)
    })
  })
}

function timedOut(): Error {
  return Object.assign(new Error('there is no connection in time'), { code: 'ETIMEDOUT' })
}

function encode(url: URL, { headers, body, chunked }: WireRequest): Buffer {
  const bytes = Buffer.from(body)
  const lines = [
    `POST ${url.pathname}${url.search} HTTP/1.1`,
    `Host: ${url.host}`,
    'Connection: close',
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    chunked ? 'Transfer-Encoding: chunked' : `Content-Length: ${bytes.length}`,
  ]
  const head = Buffer.from(`${lines.join(crlf)}${crlf}${crlf}`, 'latin1')
  return Buffer.concat([head, ...(chunked ? chunksOf(bytes) : [bytes])])
}

function chunksOf(bytes: Buffer): Buffer[] {
  const chunks: Buffer[] = []
  for (let start = 0; start < bytes.length; start += 8192) {
    const part = bytes.subarray(start, start + 8192)
    chunks.push(Buffer.from(part.length.toString(16) + crlf), part, Buffer.from(crlf))
  }
  chunks.push(Buffer.from(`0${crlf}${crlf}`))
  return chunks
}
