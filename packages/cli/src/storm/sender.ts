import type { DeliveryRequest } from '@x/koywe-core/testing'
import { Pool } from 'undici'

/** What came back for one delivery: an answer, or why there is none. */
export type StormAnswer =
  | { readonly status: number; readonly text: string }
  | { readonly status: undefined; readonly failure: Error & { readonly code?: string } }

/** Posts deliveries over connections that it keeps. */
export interface Sender {
  post(request: DeliveryRequest): Promise<StormAnswer>
  /** Ends what is still under way. */
  close(): Promise<void>
}

const longestAnswer = 16 * 1024
const connections = 512

/** Creates a sender. Not on `fetch`, which is too slow for a storm: it would measure itself. It follows no redirects. */
export function createSender(url: URL, timeoutMs: number): Sender {
  const pool = new Pool(url.origin, {
    connections,
    pipelining: 1,
    headersTimeout: timeoutMs,
    bodyTimeout: timeoutMs,
    connect: { timeout: timeoutMs },
    // A connection that the server is about to close must not get another delivery.
    keepAliveTimeout: 1000,
  })
  const path = url.pathname + url.search

  return {
    async post({ headers, body }) {
      try {
        const signal = AbortSignal.timeout(timeoutMs)
        const answer = await pool.request({ method: 'POST', path, headers, body, signal })
        return { status: answer.statusCode, text: await beginning(answer.body) }
      } catch (error) {
        return { status: undefined, failure: error instanceof Error ? error : Error(String(error)) }
      }
    },
    close: () => pool.destroy(),
  }
}

/** As much of a body as a verdict needs; a server may never end it. */
async function beginning(body: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of body) {
    chunks.push(chunk)
    length += chunk.length
    if (length > longestAnswer) break
  }
  return Buffer.concat(chunks).subarray(0, longestAnswer).toString()
}
