import type { Readable } from 'node:stream'
import type { HttpHandler, HttpResponse } from '@x/koywe-core'
import { type BodySource, jsonResponse, readBody, sendResponse } from '@x/koywe-core/adapter'
import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify'

const cure =
  'This plugin reads the bytes itself where no middleware and no hook has read the body before. Keep that one away from this route, ' +
  'or make it keep the bytes in `request.rawBody`.'

/** Media types that every version of Fastify accepts. */
const wellFormed = /^[\w!#$%&'*+.^`|~-]+\/[\w!#$%&'*+.^`|~-]+(;|$)/

/**
 * Answers in its own scope, so that the application's parsers are left alone.
 *
 * @param failure Body of the 500 if the handler rejects.
 * @param errorHandler Answers when one of the application's hooks throws. Default: the application's own.
 */
export function answerAt(
  handler: HttpHandler,
  url: string,
  failure: unknown,
  errorHandler?: typeof refuse,
): FastifyPluginAsync {
  // Streams that a hook substituted for the request. Not set as the body, which the application's hooks may log.
  const streams = new WeakMap<FastifyRequest, Readable>()

  return async (scope) => {
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser('*', (request, payload, done) => {
      if (payload !== request.raw) streams.set(request, payload)
      const type = request.raw.headers['content-type']
      if (request.headers['content-type'] !== type) setContentType(request, type)
      done(null)
    })
    // Fastify 5 refuses a malformed Content-Type before it asks any parser; here the core decides.
    scope.addHook('preParsing', (request, _reply, _payload, done) => {
      const type = request.headers['content-type']
      if (type !== undefined && !wellFormed.test(type)) setContentType(request, undefined)
      done()
    })
    // Keeps fastify-raw-body from reading the stream at the same time.
    const options = { config: { rawBody: false }, ...(errorHandler && { errorHandler }) }
    scope.post(url, options, (request, reply) => {
      // From here on only we answer: no serializer, onSend hook, error handler or time limit of the framework applies.
      reply.hijack()
      const { raw, log } = request
      handler
        .handle({
          method: raw.method ?? '',
          url: request.url,
          headers: raw.headers,
          rawHeaders: raw.rawHeaders,
          logger: log,
          body: (limit) => readBody(sourceOf(request, streams.get(request) ?? raw), limit, cure),
        })
        .then(
          (answer) => send(request, reply, answer),
          (error: unknown) => {
            log.error(error, 'koywe: a request could not be answered.')
            send(request, reply, jsonResponse(500, failure))
          },
        )
    })
  }
}

function setContentType(request: FastifyRequest, type: string | undefined): void {
  request.headers = { ...request.headers, 'content-type': type }
}

/** Fastify's parsers leave the body on Fastify's request; middleware for Node and Express leaves it on Node's. */
function sourceOf(request: WithRawBody<FastifyRequest>, stream: Readable): BodySource {
  const raw: WithRawBody<FastifyRequest['raw']> & { readonly body?: unknown } = request.raw
  return {
    stream,
    body: request.body ?? raw.body,
    // Plugins decorate every request with an empty `rawBody`.
    rawBody: request.rawBody || raw.rawBody || undefined,
  }
}

type WithRawBody<T> = T & { readonly rawBody?: unknown }

/** Writes to the socket, with the headers that hooks set, so that neither a hook nor a serializer can change the answer. */
function send({ raw }: FastifyRequest, reply: FastifyReply, answer: HttpResponse): void {
  const response = reply.raw
  if (response.headersSent) return
  try {
    const headers = reply.getHeaders()
    for (const name in headers) {
      const value = headers[name as keyof typeof headers] // its own name
      if (value !== undefined) response.setHeader(name, value)
    }
    sendResponse(raw, response, answer)
  } catch (error) {
    // A header cannot be written. Cutting the connection sends no answer, and so no yes.
    reply.log.error(error, 'koywe: the answer could not be written, so the connection was closed.')
    response.destroy()
  }
}

/** Answers a question when a hook of the application fails: it may refuse one too, but only with `false`. */
export function refuse(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
  reply.hijack()
  reply.log.error(
    error,
    'koywe: a hook of the application failed before the question was handled; the answer was false.',
  )
  send(request, reply, jsonResponse(statusOf(error, reply), false))
}

/** The status Fastify would have sent. */
function statusOf(error: unknown, reply: FastifyReply): number {
  const { statusCode, status } = (error ?? {}) as { statusCode?: unknown; status?: unknown } // anything can be thrown
  const isError = (code: unknown): code is number =>
    typeof code === 'number' && code >= 400 && code <= 599
  return [reply.statusCode, statusCode, status].find(isError) ?? 500
}
