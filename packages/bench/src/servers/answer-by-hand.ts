import type { IncomingMessage, ServerResponse } from 'node:http'
import { verifyByHand } from '../verify-by-hand.js'
import { accepted, refused } from './kinds.js'

/** The least that a handler can do: reads the stream by its events, verifies, and writes the answer to the socket itself. */
export function answerByHand(request: IncomingMessage, response: ServerResponse): void {
  const chunks: Buffer[] = []
  request.on('data', (chunk: Buffer) => chunks.push(chunk))
  request.on('end', () => {
    const body = chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks)
    const isSigned = verifyByHand(body) !== undefined
    const text = JSON.stringify(isSigned ? accepted : refused)
    response
      .writeHead(isSigned ? 200 : 401, {
        'content-type': 'application/json; charset=utf-8',
        'content-length': text.length,
      })
      .end(text)
  })
}
