import { once } from 'node:events'
import { request as plain } from 'node:http'
import { request as secure } from 'node:https'
import type { DeliveryRequest } from '@x/koywe-core/testing'
import { networkError } from '../contract/network-error.js'

/** What an application answered. */
export interface Answer {
  readonly status: number
  readonly text: string
  readonly durationMs: number
}

const answersWithinMs = 30_000
const longestAnswer = 64 * 1024

/**
 * Posts a delivery on a connection of its own, and tells the port it leaves from before the application can see the request.
 *
 * @throws {CliError} without an answer.
 */
export async function post(
  url: URL,
  { headers, body, chunked }: DeliveryRequest,
  onPort: (port: number) => void,
): Promise<Answer> {
  const signal = AbortSignal.timeout(answersWithinMs)
  const start = performance.now()
  const framing = chunked
    ? { 'transfer-encoding': 'chunked' }
    : { 'content-length': Buffer.byteLength(body) }
  // The certificate of a server on this computer is its owner's own.
  const open = url.protocol === 'https:' ? secure : plain
  const request = open(url, {
    ...{ method: 'POST', agent: false, signal, rejectUnauthorized: false },
    headers: { ...headers, ...framing },
  })
  let answered = false
  const failed = new Promise<never>((_resolve, reject) => {
    request.on('error', (error) => {
      if (!answered) reject(networkError(error, url))
    })
  })
  failed.catch(() => {})
  request.once('socket', (socket) => {
    socket.once('connect', () => {
      if (socket.localPort !== undefined) onPort(socket.localPort)
    })
  })
  request.end(body)
  const [response] = await Promise.race([once(request, 'response', { signal }), failed])
  answered = true
  return {
    status: response.statusCode ?? 0,
    text: await beginning(response),
    durationMs: performance.now() - start,
  }
}

/** As much of an answer as the inspector reads; the rest, or an answer that is cut off, does not count. */
async function beginning(response: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = []
  let size = 0
  try {
    for await (const chunk of response) {
      chunks.push(chunk)
      size += chunk.length
      if (size > longestAnswer) break
    }
  } catch {
    // The status has been answered.
  }
  return Buffer.concat(chunks).subarray(0, longestAnswer).toString()
}
