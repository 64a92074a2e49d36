import { setTimeout as delay } from 'node:timers/promises'
import { anyOf, apiKey, basic, bearer, bodySignature } from '@x/koywe-core'
import type { RunningServer } from '@x/koywe-testkit/listen'
import { closing, encode, open, readResponse, send, type WireResponse } from '@x/koywe-testkit/wire'
import axios from 'axios'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { expectAnswer } from './answer.js'
import { signed } from './deliveries.js'
import type { Mount } from './mount.js'
import {
  allowedEmail,
  answerTimeoutMs,
  carelessAnswers,
  isAllowed,
  key,
  pair,
  type Question,
  questions,
  tokens,
} from './questions.js'

const signingSecret = 'conformance-hash-secret'

/** Asks every question at every mount, and checks what Koywe's client would conclude from each framework's answers. */
export function describeAuthCallback(mounts: readonly Mount[]): void {
  for (const mount of mounts) {
    describe.concurrent(mount.name, () => {
      describe.sequential('auth callback', () => askAt(mount))
    })
  }
  const first = new Map(mounts.toReversed().map((mount) => [mount.framework, mount]))
  for (const mount of first.values()) {
    describe.concurrent(`Koywe's client against ${mount.framework}`, () => concludeAt(mount))
  }
}

function askAt(mount: Mount): void {
  const path = mount.pathOf('/koywe/auth')
  const asked: string[] = []
  const log: string[] = []
  let server: RunningServer
  let signing: RunningServer

  beforeAll(async () => {
    const options = {
      isAllowed: (question: Parameters<typeof isAllowed>[0]) => {
        asked.push(question.email)
        return isAllowed(question)
      },
      timeoutMs: answerTimeoutMs,
      logger: {
        warn: (message: string) => log.push(message),
        error: (_error: unknown, message: string) => log.push(message),
      },
    }
    const auth = anyOf(bearer(tokens), basic(pair), apiKey('x-koywe-key', key))
    server = await mount.startAuthCallback({ ...options, auth })
    signing = await mount.startAuthCallback({ ...options, auth: bodySignature(signingSecret) })
  })
  afterAll(async () => {
    await Promise.all([server.close(), signing.close()])
  })

  for (const question of questions) {
    const { name, status, allowed = false, refusal } = question
    if (refusal && mount.parser?.includes(refusal)) {
      it(`${name}: refused by the parser in front`, async () => {
        const response = await send(server.port, { path, ...question.request })
        expect(response.status).toBeGreaterThanOrEqual(400)
        expect(response.body).not.toBe('true')
      })
    } else {
      it(`${name}: ${status} ${allowed}`, async () => {
        const before = asked.length
        const response = await send(server.port, { path, ...question.request })
        expectVerdict(response, question)
        expect(asked.length - before).toBe(question.asked ? 1 : 0)
      })
    }
  }

  it('hands over the e-mail as sent, and every other field', async () => {
    expect(asked).toContain(allowedEmail)
    expect(asked).toContain(allowedEmail.toUpperCase())
  })

  it('accepts a body that is signed as webhooks are', async () => {
    const ask = (body: string) =>
      send(signing.port, { path, body, headers: { 'Content-Type': 'application/json' } })
    const body = signed({ email: allowedEmail }, signingSecret)
    expectVerdict(await ask(body), { status: 200, allowed: true })
    expectVerdict(await ask(signed({ email: 'x@example.com' }, signingSecret)), { status: 200 })
    expectVerdict(await ask(body.replace('example', 'exumple')), { status: 401 })
    expectVerdict(await ask(JSON.stringify({ email: allowedEmail })), { status: 401 })
    expectVerdict(await ask(signed({ email: allowedEmail }, 'another')), { status: 401 })
  })

  if (mount.parser === undefined) {
    it('refuses a wrong credential before a byte of the body has come', async () => {
      const socket = await open(server.port)
      const headers = { 'Content-Type': 'application/json', 'Content-Length': '40' }
      socket.write(encode({ path, headers, unframed: true }))
      expectVerdict(await readResponse(socket), { status: 401 })
      socket.destroy()
    })
  }

  it('answers a caller without a credential the same way whether or not the e-mail is known', async () => {
    const ask = (email: string) =>
      send(server.port, {
        path,
        body: JSON.stringify({ email }),
        headers: { 'Content-Type': 'application/json' },
      })
    const known = await ask(allowedEmail)
    const unknown = await ask('stranger@example.com')
    known.headers.forEach((value, name) => {
      if (name !== 'date') expect(unknown.headers.get(name)).toBe(value)
    })
    expect(unknown.body).toBe(known.body)
  })

  it('leaves other methods and other paths alone', async () => {
    for (const method of ['GET', 'PUT', 'DELETE']) {
      const response = await send(server.port, { path, method })
      expect(response.status).toBe(404)
    }
  })

  it('writes no e-mail and no credential to the log', () => {
    const lines = log.join('\n')
    expect(lines).toContain('unauthorized')
    for (const hidden of ['@example.com', ...tokens, key, pair.password]) {
      expect(lines).not.toContain(hidden)
    }
  })
}

/**
 * Koywe's documented pseudo-code: a failed request throws, and any truthy body is a yes. With the real axios, as Koywe has it:
 * the testing kit's `ask` only imitates it.
 */
async function validUser(url: string, email: unknown, headers: Record<string, string>) {
  const payload = { email }
  const { data } = await axios.post(url, payload, { headers })
  return data
}

async function concludesAllowed(ask: () => Promise<unknown>): Promise<boolean> {
  try {
    return Boolean(await ask())
  } catch {
    return false
  }
}

/** The same with `fetch`, which parses JSON alone and does not throw for a status. */
async function validUserByFetch(url: string, email: unknown, headers: Record<string, string>) {
  const response = await fetch(url, {
    method: 'POST',
    body: JSON.stringify({ email }),
    headers: { 'Content-Type': 'application/json', ...headers },
  })
  return response.json()
}

function concludeAt(mount: Mount): void {
  const good = { Authorization: `Bearer ${tokens[0]}` }
  let url: string
  let server: RunningServer

  beforeAll(async () => {
    server = await mount.startAuthCallback({
      auth: bearer(tokens),
      isAllowed,
      timeoutMs: answerTimeoutMs,
      logger: false,
    })
    url = `http://127.0.0.1:${server.port}${mount.pathOf('/koywe/auth')}`
  })
  afterAll(() => server.close())

  const clients = { axios: validUser, fetch: validUserByFetch }
  for (const [client, ask] of Object.entries(clients)) {
    it(`${client} concludes allowed for the allowed user`, async () => {
      expect(await concludesAllowed(() => ask(url, allowedEmail, good))).toBe(true)
    })

    const names = Object.keys(carelessAnswers).flatMap((name) => [name, `promise-${name}`])
    for (const name of names) {
      it(`${client} concludes not allowed when isAllowed gives ${name}`, async () => {
        expect(await concludesAllowed(() => ask(url, `${name}@example.com`, good))).toBe(false)
      })
    }

    const badEmails = [
      undefined,
      null,
      '',
      7,
      true,
      [],
      [allowedEmail],
      {},
      { $ne: null },
      'x'.repeat(300),
    ]
    for (const email of badEmails) {
      it(`${client} concludes not allowed for the e-mail ${JSON.stringify(email)?.slice(0, 30)}`, async () => {
        expect(await concludesAllowed(() => ask(url, email, good))).toBe(false)
      })
    }

    const badHeaders: Record<string, string>[] = [
      {},
      { Authorization: 'Bearer wrong' },
      { Authorization: tokens[0] },
      { Authorization: `Bearer ${tokens[0]}`, 'Content-Type': 'text/plain' },
    ]
    for (const headers of badHeaders) {
      it(`${client} concludes not allowed with ${JSON.stringify(headers)}`, async () => {
        expect(await concludesAllowed(() => ask(url, allowedEmail, headers))).toBe(false)
      })
    }
  }

  if (mount.parser === undefined) {
    it('answers a refused upload at once and closes the connection', async () => {
      const authorization = ['Authorization', `Bearer ${tokens[0]}`] as const
      const refusals = [
        { credentials: [authorization], framing: { 'Content-Length': '10000000' }, status: 413 },
        { credentials: [authorization], framing: { 'Transfer-Encoding': 'chunked' }, status: 413 },
        {
          credentials: [authorization],
          framing: { 'Content-Length': '4000', 'Content-Type': 'text/plain' },
          status: 415,
        },
        { credentials: [], framing: { 'Content-Length': '10000000' }, status: 401 },
      ]
      const path = mount.pathOf('/koywe/auth')
      await Promise.all(
        refusals.map(async ({ credentials, framing, status }) => {
          const socket = await open(server.port)
          const headers = [...credentials, ...Object.entries(framing)]
          socket.write(encode({ path, headers, unframed: true }))
          const chunk = `2000\r\n${'x'.repeat(0x2000)}\r\n`
          // The upload of 4000 bytes stays incomplete.
          const rest = framing['Content-Length'] === '4000' ? 'x' : chunk
          socket.write(rest)
          const upload = setInterval(() => socket.write(rest), 20)
          try {
            const response = await readResponse(socket)
            expectVerdict(response, { status })
            expect(response.headers.get('connection')).toBe('close')
            await closing(socket)
          } finally {
            clearInterval(upload)
            socket.destroy()
          }
        }),
      )
    })
  }

  it('never changes its answer after time runs out', async () => {
    await delay(answerTimeoutMs * 4)
    expect(await concludesAllowed(() => validUser(url, 'late@example.com', good))).toBe(false)
  })
}

/** Fails unless the answer is this yes or no, whole. */
function expectVerdict(
  response: WireResponse,
  { status, allowed = false }: Pick<Question, 'status'> & { readonly allowed?: boolean },
): void {
  const retryAfter = status === 503 ? '5' : undefined
  expectAnswer(response, { status, body: String(allowed), retryAfter, challenged: status === 401 })
}
