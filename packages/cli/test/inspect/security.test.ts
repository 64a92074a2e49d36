import { once } from 'node:events'
import { request } from 'node:http'
import { connect } from 'node:net'
import { networkInterfaces } from 'node:os'
import { text } from 'node:stream/consumers'
import { describe, expect, it } from 'vitest'
import { createToken, isToken } from '../../src/inspect/server/token.js'
import { koywe } from '../koywe.js'
import { applicationOf, type Inspecting, probe, secret, startInspecting } from './inspecting.js'

/** A request as no browser would let a page make it. */
async function ask(
  { origin, token }: Inspecting,
  path: string,
  headers: Record<string, string> = {},
  body?: string,
) {
  const sent = request(`${origin}${path}`, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { authorization: `Bearer ${token}`, ...headers },
    agent: false,
  })
  sent.on('error', () => {})
  sent.end(body)
  const [response] = await once(sent, 'response')
  return { status: response.statusCode, headers: response.headers, text: await text(response) }
}

const json = { 'content-type': 'application/json' }
const send = JSON.stringify({ action: 'send', eventName: 'payment_created' })

describe('the server of koywe inspect', () => {
  it('answers this computer alone, shows its token to nobody, and refuses what other pages may send', async () => {
    const inspecting = await startInspecting(['--', process.execPath, probe])
    const { origin, token } = inspecting
    const { port, host } = new URL(origin)
    const status = async (
      ...args: Parameters<typeof ask> extends [unknown, ...infer R] ? R : never
    ) => (await ask(inspecting, ...args)).status

    // The loopback interface only.
    const others = Object.values(networkInterfaces()).flatMap((all) => all ?? [])
    for (const { address, internal, family } of others) {
      if (internal || family !== 'IPv4') continue
      const socket = connect({ host: address, port: Number(port) })
      const [error] = await once(socket, 'error')
      expect(error).toMatchObject({ code: 'ECONNREFUSED' })
    }

    // A name that a foreign page has made to lead here.
    for (const rebound of ['evil.example', `evil.example:${port}`, '127.0.0.1', `127.0.0.1:1`]) {
      expect(await status('/api/catalogue', { host: rebound })).toBe(403)
      expect(await status('/', { host: rebound })).toBe(403)
    }
    for (const ours of ['localhost', '[::1]', '127.0.0.1']) {
      expect(await status('/api/catalogue', { host: `${ours}:${port}` })).toBe(200)
    }

    // The token, for every part of the interface.
    for (const path of ['/api/catalogue', '/api/stream', '/api/anything']) {
      expect(await status(path, { authorization: '' })).toBe(401)
      expect(await status(path, { authorization: `Bearer ${token}x` })).toBe(401)
      expect(await status(`${path}?token=${token}`, { authorization: '' })).toBe(401)
    }
    expect(await status('/api/actions', { ...json, authorization: '' }, send)).toBe(401)

    // Other origins, forms, and long bodies.
    expect(await status('/api/actions', { ...json, origin: 'http://evil.example' }, send)).toBe(403)
    expect(await status('/api/actions', { ...json, origin: 'null' }, send)).toBe(403)
    expect(await status('/api/actions', { ...json, 'sec-fetch-site': 'cross-site' }, send)).toBe(
      403,
    )
    expect(await status('/api/catalogue', { 'sec-fetch-site': 'same-site' })).toBe(403)
    expect(await status('/api/actions', { 'content-type': 'text/plain' }, send)).toBe(415)
    expect(await status('/api/actions', json, '{')).toBe(400)
    expect(
      await status('/api/actions', json, '{"action":"replay","number":1,"url":"http://e"}'),
    ).toBe(400)
    expect(await status('/api/actions', json, `"${'x'.repeat(1024 * 1024)}"`)).toBe(413)
    expect(inspecting.entries.size).toBe(0)
    expect(await status('/api/actions', { ...json, origin: `http://${host}` }, send)).toBe(200)

    // Every answer, also a refusal.
    for (const [path, headers] of [
      ['/', {}],
      ['/api/catalogue', {}],
      ['/api/catalogue', { authorization: '' }],
      ['/', { host: 'evil.example' }],
      ['/../../../package.json', {}],
    ] as const) {
      const answer = await ask(inspecting, path, headers)
      expect(answer.headers).toMatchObject({
        'content-security-policy':
          "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
        'cache-control': 'no-store',
        'cross-origin-resource-policy': 'same-origin',
      })
      expect(answer.headers).not.toHaveProperty('access-control-allow-origin')
      if (!path.startsWith('/api')) expect(answer.text).not.toContain(token)
    }
    expect(await status('/../../../package.json')).toBe(404)
    expect(await status('/%2e%2e/package.json')).toBe(404)
  })

  it('a report needs the token of the preload, which is not the one of the page', async () => {
    const inspecting = await startInspecting(['--', process.execPath, probe])
    const { origin, token } = inspecting
    const upgrade = async (path: string) => {
      const { hostname, port, host } = new URL(origin)
      const socket = connect({ host: hostname, port: Number(port) })
      socket.write(
        `GET ${path} HTTP/1.1\r\nHost: ${host}\r\nConnection: Upgrade\r\nUpgrade: koywe-inspect\r\n\r\n`,
      )
      const [answer] = await once(socket, 'data')
      socket.destroy()
      return String(answer).split('\r\n')[0]
    }
    expect(await upgrade('/')).toBe('HTTP/1.1 403 Forbidden')
    expect(await upgrade(`/${token}`)).toBe('HTTP/1.1 403 Forbidden')
  })

  it('never shows the secret, a credential or a whole email', async () => {
    const inspecting = await startInspecting(['--', process.execPath, probe])
    const origin = await applicationOf(inspecting)
    await inspecting.act({ action: 'send', eventName: 'payment_created' })
    const answer = await fetch(`${origin}/webhooks/koywe`, {
      method: 'POST',
      headers: {
        ...json,
        authorization: 'Bearer hidden-1',
        cookie: 'hidden-2',
        'x-api-key': 'hidden-3',
      },
      body: '{"eventName":"ping"}',
    })
    expect(answer.status).toBe(401)
    const callback = await koywe(['auth', origin, '--email', 'maria@example.com'], {
      env: { KOYWE_CALLBACK_TOKEN: 'callback-token' },
    })
    expect(callback.stdout).toContain('200 true')
    const question = await inspecting.until('a question', () =>
      [...inspecting.entries.values()].find(({ kind }) => kind === 'question'),
    )
    expect(question).toMatchObject({
      ...{
        status: 200,
        allowed: true,
        said: 'true',
        koyweConcludes: 'allowed',
        email: 'm…@example.com',
      },
    })
    expect(await inspecting.delivery(2)).toMatchObject({ code: 'missing_signature' })
    const catalogue = await ask(inspecting, '/api/catalogue')
    // The first question that the page suggests has an example of its own.
    const streamed = inspecting.streamed().replaceAll('--email maria@example.com', '')
    const shown = streamed + catalogue.text + inspecting.stdout() + inspecting.stderr()
    for (const hidden of [secret, 'hidden-', 'maria@', 'callback-token']) {
      expect(shown).not.toContain(hidden)
    }
  })

  it('makes another token for every run, and compares the whole of it', () => {
    const [one, other] = [createToken(), createToken()]
    expect(one).not.toBe(other)
    expect(Buffer.from(one, 'base64url')).toHaveLength(24)
    expect(isToken(one, one)).toBe(true)
    for (const wrong of [other, one.slice(1), `${one} `, '', undefined]) {
      expect(isToken(wrong, one)).toBe(false)
    }
  })
})
