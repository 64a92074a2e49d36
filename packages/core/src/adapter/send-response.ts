import type { IncomingMessage, ServerResponse } from 'node:http'
import type { HttpResponse } from '../http/contract.js'

/** How long an unread upload is drained after its answer, in milliseconds, so that the client can read that answer. */
const drainMs = 2000

/**
 * Writes an answer to Node's own response, so that no formatter, hook or serializer of the application can change it.
 * Headers that earlier middleware has set stay. Does nothing when something else has answered already.
 *
 * An answer that comes before the upload is complete closes the connection: the rest is drained for two seconds at most.
 *
 * @throws what something that wraps the response throws. The connection is cut then, so that nothing else can answer in our place.
 */
export function sendResponse(
  request: IncomingMessage,
  response: ServerResponse,
  answer: HttpResponse,
): void {
  if (response.headersSent || response.writableEnded) return
  try {
    write(request, response, answer)
  } catch (error) {
    response.destroy()
    throw error
  }
}

function write(
  request: IncomingMessage,
  response: ServerResponse,
  { status, headers, body }: HttpResponse,
): void {
  if (request.complete || request.readableEnded || request.httpVersionMajor > 1) {
    // Two statements: what wraps `writeHead` (serverless-http does) may return nothing.
    response.writeHead(status, headers)
    response.end(body)
    return
  }
  // `end` would close the socket at once, and a client that is still sending would never see the answer.
  response.writeHead(status, { ...headers, connection: 'close' })
  response.write(body)
  const finish = (): void => {
    clearTimeout(timer)
    response.end()
  }
  const timer = setTimeout(finish, drainMs).unref()
  request.once('end', finish).once('close', finish).on('error', finish).resume()
}
