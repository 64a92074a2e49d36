import { type IncomingMessage, type OutgoingHttpHeaders, request as plain } from 'node:http'
import { request as secure } from 'node:https'

/** How long an answer may take, to its end, unless another time is asked for. */
const answersWithinMs = 30_000

/** No answer to Koywe is longer, and one that never ends must not fill the memory. */
const largestAnswer = 1024 * 1024

/** One request of the testing kit. */
export interface Sent {
  readonly method: 'GET' | 'POST'
  readonly headers: OutgoingHttpHeaders
  readonly body: string | Uint8Array
  /** Sends the body in chunks, without Content-Length. */
  readonly chunked?: boolean | undefined
  /** How long the answer may take, to its end, in milliseconds. Default: 30,000. */
  readonly timeoutMs?: number | undefined
}

/** What came back, read to its end. */
export interface Received {
  readonly status: number
  readonly location: string | undefined
  readonly text: string
  readonly durationMs: number
}

/**
 * Sends one request on a connection of its own. Not with `fetch`, which an application's tests often replace, which follows
 * redirects, and which keeps connections.
 */
export async function request(url: URL, sent: Sent): Promise<Received> {
  const signal = AbortSignal.timeout(sent.timeoutMs ?? answersWithinMs)
  try {
    return await read(url, sent, signal)
  } catch (error) {
    // An answer that is cut off by the time limit looks as if the server had closed the connection.
    throw signal.aborted ? signal.reason : error
  }
}

async function read(url: URL, sent: Sent, signal: AbortSignal): Promise<Received> {
  const start = performance.now()
  const response = await open(url, sent, signal)
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of response) {
    size += chunk.length
    if (size > largestAnswer) throw new Error('The answer is longer than 1 MiB')
    chunks.push(chunk)
  }
  return {
    status: response.statusCode ?? 0,
    location: response.headers.location,
    text: Buffer.concat(chunks).toString(),
    durationMs: performance.now() - start,
  }
}

function open(
  url: URL,
  { method, headers, body, chunked }: Sent,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const send = url.protocol === 'https:' ? secure : plain
    const length = Buffer.byteLength(body)
    const framing = chunked
      ? { 'transfer-encoding': 'chunked' }
      : method === 'POST' && { 'content-length': length }
    // An answer may come, and the connection end, before the whole body is sent.
    let answered = false
    send(url, { method, headers: { ...framing, ...headers }, agent: false, signal })
      .once('response', (response) => {
        answered = true
        resolve(response)
      })
      .on('error', (error) => {
        if (!answered) reject(error)
      })
      .end(body)
  })
}

/** The value of a JSON text, else the text, which is how axios reads an answer too. */
export function jsonOrText(text: string): unknown {
  try {
    return JSON.parse(text.replace(/^\ufeff/, ''))
  } catch {
    return text
  }
}
