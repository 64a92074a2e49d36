import type { ChildProcess } from 'node:child_process'
import { Agent, request as send } from 'node:http'
import { connect } from 'node:http2'
import { buffer } from 'node:stream/consumers'
import { brotliDecompressSync, gunzipSync, inflateSync } from 'node:zlib'
import { answerOf, type EventForm, lambdaEventOf } from './lambda-events.js'

/** A request to a stack. */
export interface Request {
  readonly method: 'GET' | 'POST'
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
}

/** Headers by their names in lower case. */
export type Headers = Readonly<Record<string, string>>

/** A stack's answer, its body decoded. */
export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly body: string
}

/** Sends a request to a stack. Rejects when no answer comes. */
export type Ask = (request: Request) => Promise<Answer>

const answersWithinMs = 15_000
const noAnswer = 'no answer'

/** Gives up on a stack after its first silence, so that a fault costs one timeout instead of twenty. */
export function giveUpOnSilence(ask: Ask): Ask {
  let silent = false
  return async (request) => {
    if (silent) throw new Error('not asked after that')
    try {
      return await ask(request)
    } catch (error) {
      silent = error instanceof Error && error.message === noAnswer
      throw error
    }
  }
}

/**
 * Sends requests over one connection, kept alive as long as the server allows. The testing kit opens a connection for each
 * delivery, which would hide what a request leaves behind on its own.
 */
export function askOverSocket(port: number): Ask {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  return ({ method, path, headers, body }) =>
    new Promise((resolve, reject) => {
      const options = { host: '127.0.0.1', port, agent, method, path, headers }
      const request = send(options, (response) => {
        const status = response.statusCode ?? 0
        buffer(response).then((bytes) => resolve(read(status, response.headers, bytes)), reject)
      })
      request.on('error', reject)
      request.setTimeout(answersWithinMs, () => request.destroy(new Error(noAnswer)))
      request.end(body)
    })
}

/** Sends requests over one connection of HTTP/2, without TLS. */
export function askOverHttp2(port: number): Ask {
  const session = connect(`http://127.0.0.1:${port}`)
  // The connection's error is also that of each of its requests.
  session.on('error', () => {})
  session.unref()
  return ({ method, path, headers, body }) =>
    new Promise((resolve, reject) => {
      const stream = session.request({ ':method': method, ':path': path, ...headers })
      stream.on('response', ({ ':status': status = 0, ...received }) => {
        buffer(stream).then((bytes) => resolve(read(status, received, bytes)), reject)
      })
      stream.on('error', reject)
      stream.setTimeout(answersWithinMs, () => stream.destroy(new Error(noAnswer)))
      stream.end(body)
    })
}

/** Invokes a function with the events that AWS would create from the requests. */
export function askByEvents(child: ChildProcess, form: EventForm): Ask {
  return (request) =>
    new Promise((resolve, reject) => {
      const id = crypto.randomUUID()
      const timer = setTimeout(() => finish(() => reject(new Error(noAnswer))), answersWithinMs)
      function finish(settle: () => void): void {
        clearTimeout(timer)
        child.off('message', listen)
        settle()
      }
      function listen(message: { id?: string; failed?: string; response?: unknown }): void {
        if (message.id !== id) return
        const { failed, response } = message
        finish(() => (failed ? reject(new Error(failed)) : resolve(answerOf(response))))
      }
      child.on('message', listen)
      child.send({ id, event: lambdaEventOf(request, form) })
    })
}

const decoders: Readonly<Record<string, (bytes: Buffer) => Buffer>> = {
  gzip: gunzipSync,
  br: brotliDecompressSync,
  deflate: inflateSync,
}

function read(status: number, received: object, bytes: Buffer): Answer {
  const headers = Object.fromEntries(
    Object.entries(received).map(([name, value]) => [name, String(value)]),
  )
  const decode = decoders[headers['content-encoding'] ?? '']
  return { status, headers, body: (decode ? decode(bytes) : bytes).toString() }
}
