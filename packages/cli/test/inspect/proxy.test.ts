import { once } from 'node:events'
import { createServer, type IncomingMessage, request } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { listen } from '@x/koywe-testkit/listen'
import { describe, expect, it } from 'vitest'
import { koywe } from '../koywe.js'
import { afterwards, secret, startInspecting } from './inspecting.js'

/** Where the proxy of an inspector forwards. */
async function proxyOf(target: string) {
  const inspecting = await startInspecting(['--forward-to', target], { state: undefined })
  const [, origin = ''] = await inspecting.until('a proxy', () =>
    /forwards (http:\S+) to/.exec(inspecting.stderr()),
  )
  return { ...inspecting, proxy: origin }
}

describe.concurrent('koywe inspect --forward-to', () => {
  it('carries bytes and headers exactly, in both directions', async () => {
    let got: { request: IncomingMessage; body: Buffer } | undefined
    const { port, close } = await listen(async (incoming, response) => {
      got = { request: incoming, body: await buffer(incoming) }
      response.writeHead(201, 'Fine', [
        'X-One',
        'a',
        'X-One',
        'b',
        'Content-Type',
        'application/octet-stream',
      ])
      response.end(Buffer.from([0, 255, 13, 10]))
    })
    afterwards(close)
    const { proxy } = await proxyOf(`http://127.0.0.1:${port}`)
    const body = Buffer.from('{ "eventName":\t"\u00f1" ,\r\n"x":1.0}\xff', 'latin1')
    const sent = request(`${proxy}/any%2Fpath?a=1&b=%20`, {
      method: 'POST',
      headers: [
        'Host',
        'hooks.example',
        'X-CaSe',
        'Value',
        'X-Two',
        '1',
        'X-Two',
        '2',
        'Content-Type',
        'application/json',
        'Content-Length',
        String(body.length),
        'Connection',
        'close, X-Hop',
        'X-Hop',
        'gone',
      ],
    })
    sent.end(body)
    const [response] = await once(sent, 'response')
    expect(await buffer(response)).toEqual(Buffer.from([0, 255, 13, 10]))
    expect([response.statusCode, response.statusMessage]).toEqual([201, 'Fine'])
    expect(response.rawHeaders.slice(0, 6)).toEqual([
      'X-One',
      'a',
      'X-One',
      'b',
      'Content-Type',
      'application/octet-stream',
    ])
    expect(got?.body).toEqual(body)
    expect(got?.request.url).toBe('/any%2Fpath?a=1&b=%20')
    const raw = got?.request.rawHeaders.join('\n') ?? ''
    expect(raw).toContain('Host\nhooks.example')
    expect(raw).toContain('X-CaSe\nValue')
    expect(raw).toContain('X-Two\n1\nX-Two\n2')
    expect(raw).not.toContain('X-Hop')
  })

  it('streams: the answer begins before the upload ends', async () => {
    const { port, close } = await listen((incoming, response) => {
      incoming.once('data', () => response.write('early'))
      incoming.once('end', () => response.end('late'))
    })
    afterwards(close)
    const { proxy } = await proxyOf(`http://127.0.0.1:${port}`)
    const sent = request(proxy, { method: 'POST' })
    sent.write('first')
    const [response] = await once(sent, 'response')
    expect(String((await once(response, 'data'))[0])).toBe('early')
    sent.end()
    expect(String((await once(response, 'data'))[0])).toBe('late')
  })

  it('shows deliveries, replays them, and keeps nothing of other requests', async () => {
    const { port, close } = await listen((incoming, response) => {
      incoming.resume().once('end', () => {
        response.writeHead(401, { 'content-type': 'application/json' })
        response.end('{"error":"invalid_signature"}')
      })
    })
    afterwards(close)
    const { proxy, delivery, act, entries, states, until } = await proxyOf(
      `http://127.0.0.1:${port}`,
    )
    await until('up', () => states.at(-1)?.state === 'up')
    expect(states.at(-1)).toMatchObject({ mode: 'proxy', origin: `http://127.0.0.1:${port}` })
    expect(states.at(-1)?.sentence).toContain('not started by koywe')
    await fetch(`${proxy}/login`, { method: 'POST', body: '{"password":"hidden"}' })
    await koywe(['send', 'payment_created', '--url', proxy], {
      env: { KOYWE_WEBHOOK_SECRET: secret },
    })
    const first = await delivery(1)
    expect(first).toMatchObject({ origin: 'received', status: 401, code: 'invalid_signature' })
    expect(first).not.toHaveProperty('reason')
    expect(first).not.toHaveProperty('verified')
    expect(await act({ action: 'replay', number: 1, as: 'same' })).toEqual({ numbers: [2] })
    expect(await delivery(2)).toMatchObject({ origin: 'replayed', replayOf: 1, body: first.body })
    expect(entries.size).toBe(2)
  })

  it('shows a question that is signed in its body without the person it is about, whatever the answer', async () => {
    const { port, close } = await listen((incoming, response) => {
      incoming.resume().once('end', () => response.end('{"allowed":false}'))
    })
    afterwards(close)
    const { proxy, entries, until, streamed } = await proxyOf(`http://127.0.0.1:${port}`)
    for (const [user, ...field] of [
      ['juana@example.com'],
      ['12345678-9', '--field', 'document'],
    ] as const) {
      const args = ['auth', `${proxy}/may-they`, '--body-signature', '--email', user, ...field]
      await koywe(args, { env: { KOYWE_WEBHOOK_SECRET: secret } })
    }
    await until('both', () => [...entries.values()].filter(({ status }) => status).length === 2)
    expect([...entries.values()]).toMatchObject([
      { kind: 'question', email: 'j…@example.com', allowed: false, koyweConcludes: 'allowed' },
      { kind: 'question', allowed: false, koyweConcludes: 'allowed' },
    ])
    expect(streamed()).not.toMatch(/juana|12345678/)
  })

  it('answers 502 with a sentence when nothing listens, and shows it', async () => {
    const { port, close } = await listen(() => {})
    await close()
    const { proxy, delivery } = await proxyOf(`http://127.0.0.1:${port}`)
    const answer = await fetch(`${proxy}/webhooks/koywe`, {
      method: 'POST',
      body: '{"eventName":"ping"}',
    })
    expect(answer.status).toBe(502)
    const { message } = (await answer.json()) as { readonly message: string } // checked below
    expect(message).toContain(`nothing listens on 127.0.0.1:${port}`)
    expect(await delivery(1)).toMatchObject({ status: 502, code: 'refused', reason: message })
  })

  it('forwards to this computer only', async () => {
    const { code, stderr } = await koywe(['inspect', '--forward-to', 'http://api.example.com'])
    expect(code).toBe(2)
    expect(stderr).toContain('api.example.com is not this computer')
  })

  it('says that a port is taken', async () => {
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    afterwards(() => void server.close())
    const address = server.address()
    const port = typeof address === 'object' && address ? address.port : 0
    const args = ['inspect', '--forward-to', 'http://127.0.0.1:9', '--port', String(port)]
    const { code, stderr } = await koywe(args)
    expect(code).toBe(2)
    expect(stderr).toContain(`port ${port} is taken`)
  })
})
