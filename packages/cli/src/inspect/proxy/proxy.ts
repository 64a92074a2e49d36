import {
  createServer,
  type IncomingMessage,
  request as plain,
  type ServerResponse,
} from 'node:http'
import { request as secure } from 'node:https'
import { defaultPaths } from '@x/koywe-core/testing'
import { networkError } from '../../contract/network-error.js'
import { answeredEntry, type Exchanged } from '../answered-entry.js'
import type { KeptBody } from '../entries.js'
import type { History } from '../history.js'
import { keptBytes } from '../kept-bytes.js'
import { pickHeaders } from '../kept-headers.js'
import type { Sends } from '../sends.js'
import { listenOn, type RunningServer } from '../server/server.js'
import { endToEnd } from './headers.js'

/** What a proxy does. */
export interface ProxyParts {
  readonly history: History
  readonly sends: Sends
  /** Where it forwards to. A path in it is the receiver's. */
  readonly target: URL
  readonly port: number
  /** The application has answered, or could not be reached. */
  onReach(isUp: boolean): void
}

const largestKept = 1024 * 1024
const largestAnswerKept = 64 * 1024

/**
 * Forwards every request to the target and its answer back, as bytes, and keeps the deliveries and questions among them.
 *
 * @throws {CliError} when the port is taken.
 */
export async function startProxy(parts: ProxyParts): Promise<RunningServer> {
  const server = createServer((request, response) => forward(request, response, parts))
  // A sender that waits for `100 Continue` gets it from the target.
  const port = await listenOn(server, parts.port)
  return {
    port,
    close() {
      server.close()
      server.closeAllConnections()
    },
  }
}

function forward(
  request: IncomingMessage,
  response: ServerResponse,
  { history, sends, target, onReach }: ProxyParts,
): void {
  const { method = '', url = '/', headers, rawHeaders } = request
  const start = performance.now()
  const [path = ''] = url.split('?', 1)
  const received = keep(request, largestKept)
  const receivedAt = new Date()
  let exchanged: Exchanged | undefined

  function record(rest: Pick<Exchanged, 'answer' | 'failure'>): void {
    const body = received.body()
    if (!exchanged && !isOurs(method, path, target, headers, body)) return
    if (!exchanged) {
      const number = history.nextNumber()
      const sent = sends.arrived(request.socket.remotePort, number)
      const kept = pickHeaders(headers)
      exchanged = { number, receivedAt, method, path, sent, headers: kept, body }
    }
    history.put(answeredEntry({ ...exchanged, body, ...rest }))
  }

  request.once('end', () => record({}))
  const open = target.protocol === 'https:' ? secure : plain
  const onward = open(
    { ...place(target), method, path: url, setHost: false, agent: false },
    (answer) => {
      onReach(true)
      const said = keep(answer, largestAnswerKept)
      const { statusCode: status = 502, statusMessage } = answer
      response.writeHead(
        status,
        statusMessage,
        flat(endToEnd(answer.rawHeaders, answer.headers.connection)),
      )
      answer.pipe(response)
      answer.once('end', () => {
        const durationMs = performance.now() - start
        record({ answer: { status, text: said.text(), durationMs } })
      })
      answer.once('close', () => {
        if (!answer.complete) response.destroy()
      })
    },
  )
  for (const [name, value] of endToEnd(rawHeaders, headers.connection)) {
    onward.appendHeader(name, value)
  }
  if (headers['transfer-encoding'] !== undefined) onward.setHeader('Transfer-Encoding', 'chunked')
  request.pipe(onward)
  onward.on('error', (error) => {
    if (response.headersSent || response.destroyed) return void response.destroy()
    const failed = networkError(error, target)
    onReach(failed.code !== 'refused' && failed.code !== 'unreachable')
    const reason = `The proxy of koywe inspect has no answer: ${failed.message}. ${failed.hint}`
    const text = JSON.stringify({ error: 'no_answer', message: reason })
    response.writeHead(502, { 'content-type': 'application/json' }).end(text)
    const answer = { status: 502, text, durationMs: performance.now() - start }
    record({ answer, failure: { code: failed.code, reason } })
  })
  // A sender that leaves ends its request there, too.
  response.once('close', () => {
    if (!response.writableFinished) onward.destroy()
  })
}

function place({ hostname, port, protocol }: URL) {
  const byDefault = protocol === 'https:' ? 443 : 80
  return { host: hostname.replace(/^\[|\]$/g, ''), port: port === '' ? byDefault : Number(port) }
}

function flat(pairs: readonly (readonly [string, string])[]): string[] {
  return pairs.flat()
}

/** Only what is Koywe's: other requests may hold passwords. */
function isOurs(
  method: string,
  path: string,
  target: URL,
  headers: IncomingMessage['headers'],
  body: KeptBody | undefined,
): boolean {
  if (method !== 'POST') return false
  const paths: string[] = Object.values(defaultPaths)
  if (target.pathname !== '/') paths.push(target.pathname)
  if (paths.includes(path) || headers['koywe-signature'] !== undefined) return true
  return body !== undefined && 'text' in body && /"(eventName|signature)"\s*:/.test(body.text)
}

/** Keeps what passes, up to a number of bytes. */
function keep(stream: IncomingMessage, most: number) {
  const chunks: Buffer[] = []
  let size = 0
  stream.on('data', (chunk: Buffer) => {
    size += chunk.length
    if (size <= most) chunks.push(chunk)
  })
  const bytes = () => Buffer.concat(chunks)
  return {
    /** Nothing, if it was longer. */
    body: () => (size <= most ? keptBytes(bytes()) : undefined),
    /** The beginning. */
    text: () => bytes().toString(),
  }
}
