import type { IncomingHttpHeaders } from 'node:http'
import { PassThrough, Readable } from 'node:stream'
import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { type BodySource, readBody } from '../../src/http/body.js'
import { checkHeaders, checkLimit } from '../../src/http/limits.js'

const text = '{"note":"ñ 🪝"}'
const limit = 1000

/** A stream of these chunks. */
const streamOf = (...chunks: (string | Buffer)[]) =>
  Readable.from(
    chunks.map((chunk) => Buffer.from(chunk)),
    { objectMode: false },
  )

/** A stream that was read to its end. */
async function consumed(): Promise<Readable> {
  const stream = streamOf(text)
  for await (const _chunk of stream);
  return stream
}

/** What was found: text, bytes as text, or a parsed value. */
async function read(source: BodySource, limit: number): Promise<unknown> {
  const body = await readBody(source, limit)
  if ('value' in body) return body.value
  return 'text' in body ? body.text : Buffer.from(body.bytes).toString()
}

const failsWith = (code: string) => expect.objectContaining({ name: 'KoyweError', code })

describe('readBody finds the body', () => {
  it('in the stream, wherever its chunks are split', async () => {
    const bytes = Buffer.from(text)
    for (let cut = 0; cut <= bytes.length; cut++) {
      const stream = streamOf(bytes.subarray(0, cut), bytes.subarray(cut))
      expect(await read({ stream }, limit)).toBe(text)
    }
  })

  it('in the stream, when a parser left a placeholder without reading it', async () => {
    expect(await read({ stream: streamOf(text), body: {} }, limit)).toBe(text)
  })

  it('in rawBody, as bytes or text, and prefers it to the parsed body', async () => {
    const stream = await consumed()
    for (const rawBody of [text, Buffer.from(text), new Uint8Array(Buffer.from(text))]) {
      expect(await read({ stream, rawBody, body: { parsed: true } }, limit)).toBe(text)
    }
  })

  it('in body, as bytes or text', async () => {
    const stream = await consumed()
    for (const body of [text, Buffer.from(text), new Uint8Array(Buffer.from(text))]) {
      expect(await read({ stream, body }, limit)).toBe(text)
    }
  })

  it('in body, as the parsed value, unchanged', async () => {
    const stream = await consumed()
    for (const body of [{ a: 1 }, [1], null, 0, false]) {
      expect(await read({ stream, body }, limit)).toBe(body)
    }
  })

  it('in kept bytes, without touching an unread stream', async () => {
    const stream = streamOf(text)
    await read({ stream, body: text }, limit)
    expect(stream.readableDidRead).toBe(false)
    stream.destroy()
  })

  it('on the stream itself, where other frameworks’ parsers and serverless platforms leave it', async () => {
    for (const kept of [{ rawBody: Buffer.from(text) }, { body: text }, { body: { a: 1 } }]) {
      const stream = Object.assign(await consumed(), kept)
      expect(await read({ stream }, limit)).toEqual(kept.body === undefined ? text : kept.body)
    }
  })

  it('in the stream, when rawBody is an empty placeholder that was set before', async () => {
    for (const rawBody of ['', Buffer.alloc(0)]) {
      expect(await read({ stream: streamOf(text), rawBody }, limit)).toBe(text)
      const stream = Object.assign(await consumed(), { rawBody })
      expect(await read({ stream, body: { a: 1 } }, limit)).toEqual({ a: 1 })
    }
  })

  it('in body, as an empty object that is too short to have lost a field', async () => {
    for (const sent of ['{}', '{ }', '{\n}', '\ufeff{}']) {
      const headers = { 'content-length': String(Buffer.byteLength(sent)) }
      const stream = Object.assign(await consumed(), { headers })
      expect(await read({ stream, body: {} }, limit)).toEqual({})
    }
  })

  it('empty, when nothing was sent', async () => {
    expect(await read({ stream: streamOf() }, limit)).toBe('')
    const ended = streamOf()
    ended.resume()
    await new Promise((resolve) => ended.once('end', resolve))
    expect(await read({ stream: ended, body: '' }, limit)).toBe('')
  })
})

describe('readBody refuses', () => {
  it('a stream that was read without keeping the body, and says how to keep it', async () => {
    const stream = await consumed()
    const refusal = read({ stream }, limit)
    await expect(refusal).rejects.toEqual(failsWith('body_consumed'))
    await expect(refusal).rejects.toThrow('rawBody')
  })

  it('a partially read stream', async () => {
    const stream = new PassThrough()
    stream.write(text)
    await new Promise((resolve) => stream.once('readable', resolve))
    stream.read(3)
    await expect(read({ stream }, limit)).rejects.toEqual(failsWith('body_consumed'))
  })

  it('a stream whose encoding was set, and names setEncoding', async () => {
    const stream = streamOf(text).setEncoding('utf8')
    const refusal = read({ stream }, limit)
    await expect(refusal).rejects.toEqual(failsWith('body_consumed'))
    await expect(refusal).rejects.toThrow('setEncoding')
  })

  it('a stream that closes early', async () => {
    const stream = new PassThrough()
    stream.write(text)
    const refusal = expect(read({ stream }, limit)).rejects.toEqual(failsWith('body_aborted'))
    await delay(10)
    stream.destroy()
    await refusal
  })

  it('a stream that fails, with the reason as cause, and handles later failures', async () => {
    const stream = new PassThrough()
    const reason = new Error('reset')
    const refusal = read({ stream }, limit)
    stream.destroy(reason)
    await expect(refusal).rejects.toEqual(failsWith('body_aborted'))
    await expect(refusal).rejects.toMatchObject({ cause: reason })
    // Without a listener, this would throw.
    stream.emit('error', new Error('again'))
  })

  it('a stream that was destroyed already', async () => {
    const stream = new PassThrough()
    stream.destroy()
    await expect(read({ stream }, limit)).rejects.toEqual(failsWith('body_aborted'))
  })

  it('a body one byte over the limit, but not one at the limit', async () => {
    const bytes = Buffer.byteLength(text)
    const sources = [
      () => ({ stream: streamOf(text) }),
      () => ({ stream: streamOf(), rawBody: text }),
      () => ({ stream: streamOf(), rawBody: Buffer.from(text) }),
      () => ({ stream: streamOf(), body: text }),
    ]
    for (const source of sources) {
      expect(await read(source(), bytes)).toBe(text)
      await expect(read(source(), bytes - 1)).rejects.toEqual(failsWith('body_too_large'))
    }
  })
})

describe('checkHeaders', () => {
  it('accepts lengths up to the limit', () => {
    checkHeaders({}, 10)
    checkHeaders({ 'content-length': '10', 'content-encoding': 'Identity' }, 10)
    checkHeaders({ 'content-length': 'nonsense' }, 10)
  })

  it('refuses a longer body and every encoding', () => {
    expect(() => checkHeaders({ 'content-length': '11' }, 10)).toThrow(failsWith('body_too_large'))
    for (const encoding of ['gzip', 'br', 'identity, gzip', '']) {
      expect(() => checkHeaders({ 'content-encoding': encoding }, 10)).toThrow(
        failsWith('unsupported_encoding'),
      )
    }
  })
})

it('checkHeaders refuses an encoding that a platform gives as a list', () => {
  // As light-my-request and serverless platforms may, in spite of Node's types.
  const headers = { 'content-encoding': ['gzip'] } as unknown as IncomingHttpHeaders
  expect(() => checkHeaders(headers, 10)).toThrow(failsWith('unsupported_encoding'))
})

it('checkLimit throws a TypeError for anything but a whole number above 0', () => {
  checkLimit(1)
  for (const wrong of [0, -1, 1.5, Number.NaN, Infinity, '1000', null]) {
    // What plain JavaScript may pass.
    expect(() => checkLimit(wrong as number)).toThrow(TypeError)
  }
})
