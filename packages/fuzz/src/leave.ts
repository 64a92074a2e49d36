import { once } from 'node:events'
import { Readable } from 'node:stream'
import type { Body } from '@x/koywe-core'
import { type BodySource, readBody } from '@x/koywe-core/adapter'
import { limit } from './bounds.js'
import type { Bytes } from './bytes.js'
import { oddValue } from './parts.js'

/** A body as it is found when the receiver reads it. */
export interface Left {
  /** What can be seen of it; `undefined` when nobody kept anything. */
  readonly body: Body | undefined
  read(limit: number): Promise<Body>
}

/** Leaves a body where platforms and parsers leave it: in the stream, in `rawBody`, as text, as a value, or nowhere. */
export async function leave(bytes: Bytes, body: Buffer): Promise<Left> {
  const kind = bytes.below(12)
  // An empty text or buffer may be a placeholder, so only the stream says that nothing came.
  if (body.length === 0 || kind < 2) return inStream(body, kind === 1 ? '' : undefined)
  switch (kind) {
    case 2:
      return inStream(body, new Uint8Array())
    case 3:
      return body.length > limit ? inStream(body) : found({ bytes: shifted(body) })
    case 4:
      return kept({ bytes: body }, { rawBody: body, body: parsed(body) })
    case 5:
      return kept({ bytes: body }, { rawBody: shifted(body) })
    case 6:
      return kept({ bytes: body }, { body })
    case 7: {
      const rawBody = decoded(bytes, body)
      return kept({ text: rawBody }, { rawBody, body: parsed(body) })
    }
    case 8: {
      const text = decoded(bytes, body)
      return kept({ text }, { body: text })
    }
    case 9: {
      const value = parsed(body)
      return kept(typeof value === 'string' ? { text: value } : { value }, { body: value })
    }
    case 10:
      return kept(undefined, {})
    default:
      return found({ value: oddValue(bytes) })
  }
}

type Kept = Omit<BodySource, 'stream'>

function inStream(body: Buffer, rawBody?: unknown): Left {
  const stream = streamOf(body)
  return { body: { bytes: body }, read: (most) => readBody({ stream, rawBody }, most) }
}

/** The stream is consumed, and some middleware has put this onto the framework's request. */
async function kept(body: Body | undefined, holder: Kept): Promise<Left> {
  const stream = streamOf(Buffer.from('consumed')).resume()
  await once(stream, 'close')
  return { body, read: (most) => readBody({ stream, ...holder }, most) }
}

/** A platform without a stream. */
function found(body: Body): Left {
  return { body, read: async () => body }
}

function streamOf(body: Buffer): Readable {
  return Readable.from(body.length === 0 ? [] : [body], { objectMode: false })
}

/** The same bytes in the middle of a larger buffer, as a plain Uint8Array. */
function shifted(body: Buffer): Uint8Array {
  const larger = new Uint8Array(body.length + 2)
  larger.set(body, 1)
  return larger.subarray(1, -1)
}

/** As a parser may decode it, also wrongly. */
function decoded(bytes: Bytes, body: Buffer): string {
  return bytes.pick([body.toString(), new TextDecoder().decode(body), body.toString('latin1')])
}

/** What a parser that takes any JSON makes of it; the body's text if it makes nothing. */
function parsed(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString())
  } catch {
    return body.toString()
  }
}
