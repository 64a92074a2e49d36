import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import axios from 'axios'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readBody } from '../../src/adapter.js'
import { createKoyweWebhooks } from '../../src/index.js'
import { createVerifier, sign } from '../../src/ramp/signature.js'
import { requestOf } from '../requests.js'

// Made by openssl, not by our own signer: see vectors/make.sh.
const folder = join(import.meta.dirname, 'vectors')
const table = readFileSync(join(folder, 'vectors.tsv'), 'utf8')
const vectors = table
  .trimEnd()
  .split('\n')
  .map((line) => {
    const [secret = '', signature = '', text = ''] = line.split('\t')
    // Joined as text, with the signature last as in Koywe's example.
    return { secret, signature, text, body: `${text.slice(0, -1)},"signature":"${signature}"}` }
  })
/** For tests that repeat something hundreds of times. */
const timeout = 60_000
const secrets = [...new Set(vectors.map(({ secret }) => secret))]

/** A receiver that keeps what its listeners receive. */
function createReceiver(secret: string | readonly string[]) {
  const heard: object[] = []
  const webhooks = createKoyweWebhooks(secret, { dedupe: false, logger: false }).onAny((event) =>
    heard.push(event),
  )
  return { webhooks, heard }
}

describe.each(secrets)('signed by openssl with the secret %j', (secret) => {
  const own = vectors.filter((vector) => vector.secret === secret)

  it.each(own)('$text', async ({ text, signature, body }) => {
    expect(sign(text, secret)).toBe(signature)
    expect(createVerifier(secret).verify(text, signature)).toBe(0)
    expect(createVerifier(['another one', secret]).verify(text, signature)).toBe(1)
    expect(createVerifier('another one').verify(text, signature)).toBe(-1)

    const { webhooks, heard } = createReceiver(secret)
    expect((await webhooks.handle(requestOf(body))).status).toBe(200)
    expect((await webhooks.handle(requestOf(JSON.parse(body)))).status).toBe(200)
    expect(heard).toHaveLength(2)
    for (const event of heard) {
      expect(isDeepStrictEqual(event, JSON.parse(text))).toBe(true)
      // The text has every key in its place.
      expect(JSON.stringify(event)).toBe(text)
    }
  })

  it.each(own)(
    'with any one byte changed it is refused: $text',
    { timeout },
    async ({ body, text }) => {
      const { webhooks, heard } = createReceiver(secret)
      const bytes = Buffer.from(body)
      // Every byte of a short body; of the long one, every byte of its first and last 200 and some between.
      const middle = Math.ceil(text.length / 400)
      for (let at = 0; at < bytes.length; at += at > 200 && at < bytes.length - 200 ? middle : 1) {
        const changed = Buffer.from(bytes)
        changed.writeUInt8(changed.readUInt8(at) ^ 1, at)
        const { status } = await webhooks.handle(requestOf(changed.toString()))
        // The last digit of a number may exceed a double's precision; then nothing changed.
        if (status < 400 && JSON.stringify(heard.pop()) !== text) {
          expect.fail(`byte ${at} can be changed`)
        }
      }
      expect(heard).toEqual([])
    },
  )
})

it('has at least 16 payloads, each exactly as JavaScript writes it, and three secrets', () => {
  expect(vectors.length).toBeGreaterThanOrEqual(48)
  expect(secrets).toHaveLength(3)
  for (const { text } of vectors) expect(JSON.stringify(JSON.parse(text))).toBe(text)
})

it('refuses every vector under every other secret', () => {
  for (const { secret, text, signature } of vectors) {
    const others = secrets.filter((other) => other !== secret)
    expect(createVerifier(others).verify(text, signature)).toBe(-1)
  }
})

it('accepts the signature anywhere in the body', async () => {
  for (const { secret, text, signature } of vectors) {
    const { webhooks } = createReceiver(secret)
    const body = `{"signature":"${signature}",${text.slice(1)}`
    expect((await webhooks.handle(requestOf(body))).status).toBe(200)
  }
})

const hasOpenssl = spawnSync('openssl', ['version']).status === 0

it.skipIf(!hasOpenssl && !process.env.CI)(
  `is made again by openssl, to the byte${hasOpenssl ? '' : ' (openssl is not installed here)'}`,
  () => {
    const made = spawnSync('sh', [join(folder, 'make.sh')], { encoding: 'utf8' })
    expect(made.stderr).toBe('')
    expect(made.stdout).toBe(table)
  },
  timeout,
)

describe('posted by axios to a server of node:http', () => {
  const { webhooks, heard } = createReceiver(secrets)
  let server: Server
  let url: string

  beforeAll(async () => {
    server = createServer(async (request, response) => {
      const { method = '', url = '', headers, rawHeaders } = request
      const { status, ...answer } = await webhooks.handle({
        method,
        url,
        headers,
        rawHeaders,
        body: (limit) => readBody({ stream: request }, limit),
      })
      response.writeHead(status, answer.headers).end(answer.body)
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}` // the address of a TCP server is an object
  })
  afterAll(() => {
    server.closeAllConnections()
    server.close()
  })

  const post = (body: unknown) =>
    axios.post(url, body, {
      headers: { 'Content-Type': 'application/json' },
      validateStatus: () => true,
      proxy: false,
    })

  // axios drops a field named __proto__ from an object before it sends it.
  const objects = vectors.filter(({ text }) => !text.includes('"__proto__"'))

  it('an object is accepted', { timeout }, async () => {
    for (const { text, signature } of objects) {
      const { status, data } = await post({ ...JSON.parse(text), signature })
      expect({ status, data }).toEqual({ status: 200, data: { received: true } })
      expect(JSON.stringify(heard.pop())).toBe(text)
    }
  })

  it('a text is accepted', { timeout }, async () => {
    for (const { text, body } of vectors) {
      const { status, data } = await post(body)
      expect({ status, data }).toEqual({ status: 200, data: { received: true } })
      expect(JSON.stringify(heard.pop())).toBe(text)
    }
  })

  it('a forged field is refused', { timeout }, async () => {
    for (const { text, signature } of objects) {
      const { status, data } = await post({ ...JSON.parse(text), amount: 1, signature })
      expect({ status, data }).toEqual({ status: 401, data: { error: 'invalid_signature' } })
    }
    expect(heard).toEqual([])
  })
})
