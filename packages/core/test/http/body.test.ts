import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { PassThrough, Readable } from 'node:stream'
import { setTimeout as delay } from 'node:timers/promises'
import { createGate } from '@x/koywe-testkit/gate'
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
    const headers = { 'content-length': '20' }
    for (const stream of [await consumed(), Object.assign(await consumed(), { headers })]) {
      for (const body of [{ a: 1 }, [1], [], null, 0, false]) {
        expect(await read({ stream, body }, limit)).toBe(body)
      }
    }
  })

  it('in body, when the stream was destroyed before anyone read it', async () => {
    const stream = new PassThrough()
    stream.destroy()
    expect(await read({ stream, body: { a: 1 } }, limit)).toEqual({ a: 1 })
  })

  it('with the cure, wherever the bytes are lost', async () => {
    const stream = await consumed()
    const cure = 'the cure'
    expect(await readBody({ stream, rawBody: text }, limit, cure)).toEqual({ text, cure })
    expect(await readBody({ stream, body: [1] }, limit, cure)).toEqual({ value: [1], cure })
    const bytes = Buffer.from(text)
    expect(await readBody({ stream, rawBody: bytes }, limit, cure)).toEqual({ bytes })
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
      expect(await readBody({ stream, body: text }, limit)).toEqual({ text })
    }
  })

  it('in body, as an empty object that is too short to have lost a field', async () => {
    for (const sent of ['{}', '{ }', '{\n}', '\ufeff{}', '{    }']) {
      const headers = { 'content-length': String(Buffer.byteLength(sent)) }
      const stream = Object.assign(await consumed(), { headers })
      expect(await read({ stream, body: {} }, limit)).toEqual({})
    }
    expect(await read({ stream: await consumed(), body: {} }, limit)).toEqual({})
  })

  it('empty, when nothing was sent', async () => {
    expect(await read({ stream: streamOf() }, limit)).toBe('')
    const ended = streamOf()
    ended.resume()
    await new Promise((resolve) => ended.once('end', resolve))
    // A text parser leaves an empty text, a JSON parser an empty object.
    for (const body of ['', {}]) {
      expect(await readBody({ stream: ended, body }, limit)).toEqual({ text: '' })
    }
    expect(await readBody({ stream: await consumed(), body: '' }, limit)).toEqual({ text: '' })
  })

  it('in a stream that closes as soon as it has ended', async () => {
    const stream = new Readable({ read() {} })
    stream.push(text)
    stream.push(null)
    expect(await read({ stream }, limit)).toBe(text)
  })
})

describe('readBody refuses', () => {
  it('a stream that was read without keeping the body, and says how to keep it', async () => {
    const stream = await consumed()
    const refusal = read({ stream }, limit)
    await expect(refusal).rejects.toEqual(failsWith('body_consumed'))
    await expect(refusal).rejects.toThrow(
      /Mount this middleware before it, or make it keep the bytes in `rawBody`, as express\.json/,
    )
    await expect(readBody({ stream }, limit, 'The cure.')).rejects.toThrow(/value\. The cure\.$/)
  })

  it('an empty object that a parser left of a body which it did not read', async () => {
    for (const sent of ['{"a":1}', text]) {
      const headers = { 'content-length': String(Buffer.byteLength(sent)) }
      const stream = Object.assign(await consumed(), { headers })
      await expect(read({ stream, body: {} }, limit)).rejects.toEqual(failsWith('body_consumed'))
    }
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
    await expect(refusal).rejects.toMatchObject({ cause: expect.any(Error) })
  })

  it('a stream that closes early', async () => {
    const stream = new PassThrough()
    stream.write(text)
    const refusal = expect(read({ stream }, limit)).rejects.toEqual(failsWith('body_aborted'))
    await delay(10)
    stream.destroy()
    await refusal
  })

  it('a stream that is said to be aborted, even if it neither fails nor closes', async () => {
    const stream = new PassThrough()
    const refusal = read({ stream }, limit)
    stream.emit('aborted')
    await expect(refusal).rejects.toEqual(failsWith('body_aborted'))
  })

  it('an upload that its sender breaks off', async () => {
    const broken = createGate<unknown>()
    const server = createServer((request) => {
      read({ stream: request }, limit).then(
        () => broken.fail(new Error('it was read')),
        broken.open,
      )
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo // the address of a TCP server is an object
    const socket = connect(port, '127.0.0.1')
    socket.write('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 20\r\n\r\n{"a"')
    await once(server, 'request')
    socket.destroy()
    expect(await broken.promise).toMatchObject({
      code: 'body_aborted',
      message: 'The connection closed before the upload was complete.',
    })
    server.close()
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

  it('says what to do', () => {
    expect(() => checkHeaders({ 'content-length': '11' }, 10)).toThrow(
      /over 10 bytes\..* raise the option `limit`/,
    )
    expect(() => checkHeaders({ 'content-encoding': 'br' }, 10)).toThrow(
      /Content-Encoding is "br"\..* does a proxy compress requests\?/,
    )
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
