import { randomUUID } from 'node:crypto'
import type { Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import type { KoyweEvent, Logger, UnknownKoyweEvent } from '@x/koywe-core'
import {
  answerWithinMs,
  closing,
  encode,
  open,
  readResponse,
  send,
  type WireRequest,
  type WireResponse,
} from '@x/koywe-testkit/wire'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { expectAnswer } from './answer.js'
import { type Behaviour, deliveries, payload, post, secrets, signed } from './deliveries.js'
import type { Mount, WebhookServer } from './mount.js'

const timeoutMs = 400

/** Depths of nesting up to the limit: every shallow one, and those where the stack used to overflow. */
const depths: readonly number[] = [
  ...Array.from({ length: 80 }, (_, index) => index + 1),
  ...Array.from({ length: 40 }, (_, index) => 4096 + index),
  ...Array.from({ length: 60 }, (_, index) => Math.ceil(80 * 1.105 ** index)),
].filter((depth) => depth < 32_000)

/**
 * Plays every delivery at every mount and compares status, headers and body to the byte. Several mounts play at once:
 * much of what they do is to wait for time limits.
 */
export function describeWebhooks(mounts: readonly Mount[]): void {
  const rows: string[] = []
  for (const mount of mounts) {
    describe.concurrent(mount.name, () => {
      describe.sequential('webhooks', () => playAt(mount, (row) => rows.push(row)))
    })
  }
  // Once per framework, without a parser in front.
  const bare = mounts.filter(({ parser }) => parser === undefined)
  for (const framework of new Set(bare.map((mount) => mount.framework))) {
    const mount = bare.find((candidate) => candidate.framework === framework)
    if (mount) describe.concurrent(framework, () => sweepDepths(mount))
  }
  afterAll(() => printMatrix(rows))
}

function playAt(mount: Mount, report: (row: string) => void): void {
  const path = mount.pathOf('/webhooks/koywe')
  const heard: (KoyweEvent | UnknownKoyweEvent)[] = []
  const log: string[] = []
  const marks: string[] = []
  let mark = '.'
  let waiting: (() => void)[] = []
  let server: WebhookServer

  beforeAll(async () => {
    const logger: Logger = {
      warn: (message) => log.push(message),
      error: (_error, message) => log.push(message),
    }
    server = await mount.startWebhooks(secrets, { timeoutMs, logger })
    server.webhooks.onAny(async (event) => {
      heard.push(event)
      const behaviour = 'test' in event ? event.test : undefined
      if (behaviour === 'wait') await new Promise<void>((resolve) => waiting.push(resolve))
      if (behaviour === 'reject') await Promise.reject(new Error(failure))
      if (behaviour === 'throw') throw new Error(failure)
    })
  })
  afterAll(async () => {
    release()
    await server.close()
    report(`${mount.name.padEnd(52)} ${marks.join('')}`)
  })
  afterEach(({ task }) => {
    if (task.result?.state !== 'fail') marks.push(mark)
    mark = '.'
  })

  /** Resumes the listeners that were told to wait. */
  function release(): void {
    for (const resolve of waiting) resolve()
    waiting = []
  }

  const play = (request: Omit<WireRequest, 'path'>): Promise<WireResponse> =>
    send(server.port, { path, ...request })

  async function playAndCount(request: Omit<WireRequest, 'path'>) {
    const before = heard.length
    const response = await play(request)
    return { response, heard: heard.slice(before) }
  }

  for (const delivery of deliveries) {
    if (delivery.refusal && mount.parser?.includes(delivery.refusal)) {
      it(`${delivery.name}: refused by the parser in front`, async () => {
        const { response, heard } = await playAndCount(delivery.request())
        expect(response.status).toBeGreaterThanOrEqual(400)
        expect(response.status).toBeLessThan(500)
        expect(heard).toEqual([])
        mark = 'p'
      })
    } else {
      it(`${delivery.name}: ${delivery.status}`, async () => {
        const { response, heard } = await playAndCount(delivery.request())
        expectAnswer(response, delivery)
        expect(heard).toHaveLength(delivery.heard)
      })
    }
  }

  it('hands over the payload as signed', async () => {
    const value = payload({ externalId: 'ñ-1', later: [{ a: 1.5 }, '🪝'], __proto: 1 })
    const { heard } = await playAndCount(post(signed(value)))
    expect(heard).toEqual([value])
    expect(Object.keys(heard[0] ?? {})).toEqual(Object.keys(value))
  })

  it('hands over exactly what was signed when several texts share a signature', async () => {
    const value = payload({ amount: null, zero: 0 })
    const body = signed(value).replace('null', '1e999').replace('"zero":0', '"zero":-0')
    const { response, heard } = await playAndCount(post(body))
    expectAnswer(response, { status: 200, body: '{"received":true}' })
    expect(heard).toStrictEqual([value])
  })

  it('answers a duplicate of a handled event with 200', async () => {
    const request = post(signed(payload()))
    await play(request)
    const { response, heard } = await playAndCount(request)
    expectAnswer(response, { status: 200, body: '{"received":true,"duplicate":true}' })
    expect(heard).toEqual([])
  })

  it('recognises a duplicate whichever secret signed it', async () => {
    const value = payload()
    await play(post(signed(value, secrets[1])))
    const { response } = await playAndCount(post(signed(value, secrets[0])))
    expectAnswer(response, { status: 200, body: '{"received":true,"duplicate":true}' })
  })

  it('answers a duplicate with 503 while the event is handled, and with 200 once its late listeners succeed', async () => {
    release()
    const request = post(signed(payload({ test: 'wait' satisfies Behaviour })))
    const first = play(request)
    await vi.waitUntil(() => waiting.length === 1, { timeout: answerWithinMs })
    const { response, heard } = await playAndCount(request)
    expectAnswer(response, { status: 503, body: '{"error":"in_progress"}', retryAfter: '5' })
    expect(heard).toEqual([])
    expectAnswer(await first, { status: 503, body: '{"error":"timeout"}', retryAfter: '5' })
    release()
    expectAnswer(await play(request), {
      status: 200,
      body: '{"received":true,"duplicate":true}',
    })
  })

  it('runs the listeners again when a failed event is retried', async () => {
    const request = post(signed(payload({ test: 'throw' satisfies Behaviour })))
    await play(request)
    const { response, heard } = await playAndCount(request)
    expectAnswer(response, { status: 500, body: '{"error":"handler_failed"}' })
    expect(heard).toHaveLength(1)
  })

  it('survives an upload that is cut off', async () => {
    const socket = await open(server.port)
    const bytes = encode({ path, ...post(signed(payload())) })
    socket.write(bytes.subarray(0, bytes.length - 20))
    await delay(20)
    socket.destroy()
    await expectStillServing()
  })

  // A parser in front has its own time limit, or none.
  if (mount.parser === undefined) {
    it.concurrent('answers a refused upload at once and closes the connection', async () => {
      const refusals = [
        { headers: { 'Content-Length': '10000000' }, status: 413 },
        { headers: { 'Transfer-Encoding': 'chunked' }, status: 413 },
        { headers: { 'Content-Length': '10000000', 'Content-Encoding': 'gzip' }, status: 415 },
      ]
      // At once, because a server waits a moment before it cuts off a sender that does not stop.
      await Promise.all(
        refusals.map(async ({ headers, status }) => {
          const socket = await open(server.port)
          socket.write(encode({ path, headers, unframed: true }))
          const chunk = `20000\r\n${'x'.repeat(0x20000)}\r\n`
          // The first is over the limit, so that the time limit plays no part on a busy machine.
          socket.write(chunk)
          const upload = setInterval(() => socket.write(chunk), 20)
          try {
            const response = await readResponse(socket)
            expect(response.status, JSON.stringify(headers)).toBe(status)
            expect(response.headers.get('connection')).toBe('close')
            await closing(socket)
          } finally {
            clearInterval(upload)
            socket.destroy()
          }
        }),
      )
      await expectStillServing()
    })

    it.concurrent('does not wait forever for announced bytes', async () => {
      const body = signed(payload())
      const socket = await sendAnnouncing(body.length + 10, body)
      expectAnswer(await readResponse(socket), { status: 408, body: '{"error":"body_timeout"}' })
      await closing(socket)
      await expectStillServing()
    })
  }

  it('survives a body longer than its Content-Length', async () => {
    const body = signed(payload())
    const socket = await sendAnnouncing(body.length, `${body}}}}}`)
    await closing(socket)
    await expectStillServing()
  })

  it('serves the next request on a connection after a refusal', async () => {
    const socket = await open(server.port)
    socket.write(encode({ path, ...post(JSON.stringify(payload())) }))
    expect((await readResponse(socket)).status).toBe(401)
    socket.removeAllListeners('data')
    socket.write(encode({ path, ...post(signed(payload())) }))
    expectAnswer(await readResponse(socket), { status: 200, body: '{"received":true}' })
    socket.destroy()
  })

  it('leaves other methods on its path alone', async () => {
    for (const method of ['GET', 'PUT', 'DELETE', 'PATCH', 'OPTIONS']) {
      const request = post(signed(payload()))
      const response = await play({ ...request, method })
      expect(response.body).not.toContain('received')
      expect(response.status).not.toBe(401)
    }
    expect((await play({ method: 'GET' })).status).toBe(404)
  })

  it('writes no secret and no digest to the log', async () => {
    const value = payload({ marker: randomUUID() })
    const digest = JSON.parse(signed(value)).signature
    await play(post(signed(value, 'not the secret')))
    const lines = log.join('\n')
    expect(lines).toContain('invalid_signature')
    for (const hidden of [...secrets, digest]) expect(lines).not.toContain(hidden)
  })

  async function sendAnnouncing(length: number, body: string): Promise<Socket> {
    const socket = await open(server.port)
    const headers = { 'Content-Type': 'application/json', 'Content-Length': `${length}` }
    socket.write(encode({ path, body, headers, unframed: true }))
    return socket
  }

  async function expectStillServing(): Promise<void> {
    expectAnswer(await play(post(signed(payload()))), { status: 200, body: '{"received":true}' })
  }
}

/** No depth makes a handler fail: every answer is ours and never the framework's. */
function sweepDepths(mount: Mount): void {
  it('answers every depth of nesting itself', async () => {
    const server = await mount.startWebhooks(secrets, { logger: false })
    try {
      for (const depth of depths) {
        const arrays = '['.repeat(depth) + ']'.repeat(depth)
        const deep = depth > 63
        for (const [body, status, code] of [
          [arrays, 400, 'invalid_json'],
          [`{"a":${arrays}}`, 401, deep ? 'invalid_signature' : 'missing_signature'],
        ] as const) {
          const request = { path: mount.pathOf('/webhooks/koywe'), ...post(body) }
          const response = await send(server.port, request)
          expectAnswer(response, { status, body: JSON.stringify({ error: code }) })
        }
      }
    } finally {
      await server.close()
    }
  })
}

/** The message of a failing listener, which no caller may ever see. */
const failure = 'postgres://user:password@host'

function printMatrix(rows: readonly string[]): void {
  const played = rows.join('\n').match(/[.p](?=[.p]*$)/gm)?.length ?? 0
  process.stdout.write(
    `\nmounts × deliveries: "." answered as every mount does, "p" answered by the parser in front\n${rows.join('\n')}\n` +
      `${rows.length} mounts, ${played} deliveries played\n`,
  )
}
