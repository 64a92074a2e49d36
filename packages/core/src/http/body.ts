import type { IncomingHttpHeaders } from 'node:http'
import type { Readable } from 'node:stream'
import getRawBody from 'raw-body'
import { KoyweError } from '../errors.js'
import type { Body } from './contract.js'
import { tooLarge } from './limits.js'

/** A request on which a parser or a platform may have left the body: the framework's, or Node's. */
export interface BodyHolder {
  /** What a body parser left: bytes, text or the parsed value. */
  readonly body?: unknown
  /** The original bytes or text, if something kept them (a parser's `verify`, Cloud Functions, fastify-raw-body). */
  readonly rawBody?: unknown
}

/**
 * Where a request's body may be: in the stream, or on the framework's request. The stream is usually Node's request, on which
 * other frameworks' parsers and serverless platforms leave the body, so its properties are checked too.
 */
export interface BodySource extends BodyHolder {
  readonly stream: Readable & BodyHolder
}

/**
 * Reads a body from wherever it is: kept bytes or text first, then the stream, then a parsed value.
 *
 * @param limit The largest body, in bytes.
 * @param cure For the log: how an application of this framework keeps the bytes of a body.
 * @throws {KoyweError} `body_too_large`; `body_aborted` when the upload is cut off; `body_consumed` when middleware read the stream
 * and kept nothing.
 *
 * @example
 * ```ts
 * import { createServer } from 'node:http'
 * import { createKoyweWebhooks } from '@x/koywe-core'
 * import { readBody, sendResponse } from '@x/koywe-core/adapter'
 *
 * const webhooks = createKoyweWebhooks(process.env.KOYWE_WEBHOOK_SECRET ?? '')
 * createServer(async (request, response) => {
 *   const { method = '', url = '', headers, rawHeaders } = request
 *   const body = (limit: number) => readBody({ stream: request }, limit)
 *   const answer = await webhooks.handle({ method, url, headers, rawHeaders, body })
 *   sendResponse(request, response, answer)
 * }).listen(3000)
 * ```
 */
export async function readBody(source: BodySource, limit: number, cure?: string): Promise<Body> {
  const { stream } = source
  const kept =
    asKept(source.rawBody) ?? asKept(stream.rawBody) ?? asKept(source.body) ?? asKept(stream.body)
  if (kept) return withinLimit(kept, limit, cure)
  if (!stream.readableDidRead) {
    // Ended without a byte. A parser turns that into an empty object, which is not what was sent.
    if (stream.readableEnded) return nothing
    if (!stream.destroyed) return { bytes: await readStream(stream, limit) }
  }
  for (const { body } of [source, stream]) {
    if (body === '') return nothing
    if (body !== undefined && !isLeftover(body, stream)) return { value: body, cure }
  }
  if (stream.destroyed && !stream.readableEnded) throw aborted()
  throw new KoyweError(
    'body_consumed',
    `Another middleware has already consumed the request body and kept neither the bytes nor the parsed value. ${cure ?? defaultCure}`,
  )
}

const defaultCure =
  'Mount this middleware before it, or make it keep the bytes in `rawBody`, as ' +
  'express.json({ verify: (req, _res, bytes) => { req.rawBody = bytes } }) does.'

const nothing: Body = { text: '' }

/** Kept bytes or text. An empty one may be a placeholder that was set before the stream was read. */
function asKept(value: unknown): string | Uint8Array | undefined {
  if (typeof value === 'string' && value !== '') return value
  if (value instanceof Uint8Array && value.length > 0) return value
  return undefined
}

function withinLimit(kept: string | Uint8Array, limit: number, cure?: string): Body {
  if (Buffer.byteLength(kept) > limit) throw tooLarge(limit)
  return typeof kept === 'string' ? { text: kept, cure } : { bytes: kept }
}

/** The length of the shortest useful JSON object with a field, such as `{"a":1}`. */
const shortestField = 7

/** Parsers leave an empty object for a body they did not read. A body too short for a field may really be one. */
function isLeftover(body: unknown, stream: Readable & { readonly headers?: IncomingHttpHeaders }) {
  const isEmpty = typeof body === 'object' && body !== null && Object.keys(body).length === 0
  return (
    isEmpty && !Array.isArray(body) && Number(stream.headers?.['content-length']) >= shortestField
  )
}

function aborted(cause?: unknown): KoyweError {
  return new KoyweError('body_aborted', 'The connection closed before the upload was complete.', {
    cause,
  })
}

function readStream(stream: Readable, limit: number): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    // raw-body does not settle when a stream closes before its end.
    stream.once('close', () => {
      if (!stream.readableEnded) reject(aborted())
    })
    // It stays: a stream that fails after its reader has left must not end the process.
    stream.on('error', (cause) => reject(aborted(cause)))
    // Not with its callback, which would be run in an asynchronous resource of its own.
    getRawBody(stream, { limit }).then(resolve, (error) => reject(translate(error, limit)))
  })
}

function translate(error: getRawBody.RawBodyError, limit: number): KoyweError {
  switch (error.type) {
    case 'entity.too.large':
      return tooLarge(limit)
    case 'stream.encoding.set':
      return new KoyweError(
        'body_consumed',
        'Another middleware has called setEncoding on the request. Remove that call, or mount this middleware before it.',
        { cause: error },
      )
    default:
      return aborted(error)
  }
}
