import type { IncomingHttpHeaders } from 'node:http'
import type { Readable } from 'node:stream'
import getRawBody from 'raw-body'
import { KoyweError } from './errors.js'

/** Where a request's body may be found: the stream, and what a parser has left if one has read it before. */
export interface BodySource {
  readonly stream: Readable
  /** What a body parser made of it: bytes, text or the parsed value. */
  readonly body?: unknown
  /** The untouched bytes or text, where someone kept them (`verify` of a parser, Cloud Functions, fastify-raw-body). */
  readonly rawBody?: unknown
}

/** How long an upload over the limit is still read and thrown away, so that its sender can see the answer. */
const lingerMs = 2000

const utf8 = new TextDecoder()

/**
 * Refuses what the headers alone tell to be unreadable, before a byte is read.
 *
 * @throws {KoyweError} `unsupported_encoding`, `body_too_large`.
 */
export function checkHeaders(headers: IncomingHttpHeaders, limit: number): void {
  const encoding = headers['content-encoding']
  if (encoding !== undefined && encoding.toLowerCase() !== 'identity') {
    throw new KoyweError(
      'unsupported_encoding',
      `The body's Content-Encoding is ${JSON.stringify(encoding)}. Koywe sends none: does a proxy compress requests?`,
    )
  }
  if (Number(headers['content-length']) > limit) throw tooLarge(limit)
}

/**
 * Reads a body from wherever it is: kept bytes or text first, then the stream, then the value that a parser made.
 * Returns JSON text, or that value.
 *
 * @param limit The most bytes to read.
 * @throws {KoyweError} `body_too_large`; `body_aborted` when the upload breaks off; `body_consumed` when a
 * middleware has read the stream and left nothing.
 */
export async function readBody(source: BodySource, limit: number): Promise<unknown> {
  for (const kept of [source.rawBody, source.body]) {
    if (typeof kept === 'string') return checkLength(kept, limit)
    if (kept instanceof Uint8Array) return decode(checkLength(kept, limit))
  }
  const { stream, body } = source
  if (!stream.readableDidRead) {
    // Ended without a byte: a parser makes an empty object of that, which is not what was sent.
    if (stream.readableEnded) return ''
    if (!stream.destroyed) return decode(await readStream(stream, limit))
  }
  if (body !== undefined && !isLeftover(body, stream)) return body
  if (stream.destroyed && !stream.readableEnded) throw aborted()
  throw new KoyweError(
    'body_consumed',
    'Something in front of this middleware has read the request and kept nothing of it. Mount this middleware before ' +
      'it, or let it keep the bytes in `rawBody`, as express.json({ verify: (req, _res, bytes) => { req.rawBody = bytes } }) does.',
  )
}

/** @throws {TypeError} when `limit` is not a whole number of bytes above 0. */
export function checkLimit(limit: number): void {
  if (Number.isSafeInteger(limit) && limit > 0) return
  throw new TypeError('`limit` must be a whole number of bytes above 0.')
}

/** The error for a body over the limit. */
export function tooLarge(limit: number): KoyweError {
  return new KoyweError(
    'body_too_large',
    `The body is over ${limit} bytes. Koywe's are far smaller; if yours are not, raise the option \`limit\`.`,
  )
}

/** Parsers leave an empty object for a body that they did not read; `{}` itself has two bytes. */
function isLeftover(body: unknown, stream: Readable & { readonly headers?: IncomingHttpHeaders }) {
  const isEmpty = typeof body === 'object' && body !== null && Object.keys(body).length === 0
  return isEmpty && !Array.isArray(body) && Number(stream.headers?.['content-length']) > 2
}

function aborted(cause?: unknown): KoyweError {
  return new KoyweError('body_aborted', 'The upload broke off before its end.', { cause })
}

function checkLength<T extends string | Uint8Array>(kept: T, limit: number): T {
  if (Buffer.byteLength(kept) > limit) throw tooLarge(limit)
  return kept
}

/** Like the parsers of all three frameworks: UTF-8, a byte order mark dropped, wrong bytes replaced. */
function decode(bytes: Uint8Array): string {
  return utf8.decode(bytes)
}

async function readStream(stream: Readable, limit: number): Promise<Buffer> {
  // A stream that fails after its reader has left must not end the process.
  stream.on('error', () => {})
  const closed = new Promise<never>((_resolve, reject) => {
    stream.once('close', () => reject(new Error('the stream was closed before its end')))
  })
  try {
    return await Promise.race([getRawBody(stream, { limit }), closed])
  } catch (error) {
    throw translate(error, stream, limit)
  }
}

function translate(error: unknown, stream: Readable, limit: number): KoyweError {
  const type = error instanceof Error && 'type' in error ? error.type : undefined
  if (type === 'entity.too.large') {
    stream.resume()
    setTimeout(() => stream.destroy(), lingerMs).unref()
    return tooLarge(limit)
  }
  if (type === 'stream.encoding.set') {
    return new KoyweError(
      'body_consumed',
      'Something in front of this middleware has called setEncoding on the request. Remove that call, or mount this middleware before it.',
      { cause: error },
    )
  }
  return aborted(error)
}
