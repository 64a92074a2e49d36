import type { IncomingMessage, ServerResponse } from 'node:http'
import type { HttpResponse } from '../http/contract.js'

/** How long to drain an upload after its answer, in milliseconds, so that the client can read the answer. */
const drainMs = 2000

/**
 * Writes an answer to Node's response, so that none of the application's formatters, hooks or serializers can change it.
 * Keeps headers set by earlier middleware. Does nothing if something else has already answered.
 *
 * An answer before the end of the upload closes the connection; the rest is drained for two seconds at most.
 *
 * @throws what a wrapper of the response throws. The connection is cut then, so that nothing else can answer instead.
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
    // Two statements: a wrapped `writeHead`, as in serverless-http, may return nothing.
    response.writeHead(status, headers)
    response.end(body)
    return
  }
  // `end` would close the socket at once, so a client that is still sending would never see the answer.
  response.writeHead(status, { ...headers, connection: 'close' })
  response.write(body)
  const finish = (): void => {
    clearTimeout(timer)
    response.end()
  }
  const timer = setTimeout(finish, drainMs).unref()
  request.once('end', finish).once('close', finish).on('error', finish).resume()
}
