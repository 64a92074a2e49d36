import { randomUUID } from 'node:crypto'
import type { Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import type { Logger } from '@x/koywe-core'
import {
  answerWithinMs,
  closing,
  encode,
  open,
  readResponse,
  send,
  type WireResponse,
} from '@x/koywe-testkit/wire'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { type Answer, expectAnswer } from './answer.js'
import { type Api, apis, keepsEnough, type Receiving } from './apis.js'
import { type Behaviour, type Delivery, nested, post, type Request, secrets } from './deliveries.js'
import type { Mount } from './mount.js'

const timeoutMs = 400

const received = { status: 200, body: '{"received":true}' }
const duplicate = { status: 200, body: '{"received":true,"duplicate":true}' }
const bytesAreLost = { status: 500, body: '{"error":"body_consumed"}' }

/** Depths of nesting up to the limit: every shallow one, and those where the stack used to overflow. */
const depths: readonly number[] = [
  ...Array.from({ length: 80 }, (_, index) => index + 1),
  ...Array.from({ length: 40 }, (_, index) => 4096 + index),
  ...Array.from({ length: 60 }, (_, index) => Math.ceil(80 * 1.105 ** index)),
].filter((depth) => depth < 32_000)

/**
 * Plays every delivery of both APIs at every mount and compares status, headers and body to the byte. Where a mount does not keep
 * what the Payments API signs, the answer is `body_consumed`. Several mounts play at once: much of what they do is to wait for time
 * limits.
 */
export function describeReceivers(mounts: readonly Mount[]): void {
  for (const api of apis) {
    const rows: string[] = []
    for (const mount of mounts) {
      describe.concurrent(mount.name, () => {
        describe.sequential(api.name, () => playAt(mount, api, (row) => rows.push(row)))
      })
    }
    // Once per framework, without a parser in front.
    const bare = mounts.filter(({ parser }) => parser === undefined)
    for (const framework of new Set(bare.map((mount) => mount.framework))) {
      const mount = bare.find((candidate) => candidate.framework === framework)
      if (mount) {
        describe.concurrent(framework, () => {
          it(`${api.name}: answers every depth of nesting itself`, () => sweepDepths(mount, api))
        })
      }
    }
    afterAll(() => printMatrix(api, rows))
  }
}

function playAt(mount: Mount, api: Api, report: (row: string) => void): void {
  const path = mount.pathOf(api.defaultPath)
  const isGenuine = keepsEnough(mount, api.needs)
  const heard: object[] = []
  const log: string[] = []
  const marks: string[] = []
  let mark = '.'
  let waiting: (() => void)[] = []
  let server: Receiving

  beforeAll(async () => {
    const logger: Logger = {
      warn: (message) => log.push(message),
      error: (_error, message) => log.push(message),
    }
    server = await api.start(mount, { timeoutMs, logger })
    server.onAny(async (event) => {
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

  const play = (request: Request): Promise<WireResponse> => send(server.port, { path, ...request })

  async function playAndCount(request: Request) {
    const before = heard.length
    const response = await play(request)
    return { response, heard: heard.slice(before) }
  }

  function answerTo(delivery: Delivery): Answer & Pick<Delivery, 'heard'> {
    const isEnough = keepsEnough(mount, delivery.needs ?? api.needs)
    return isEnough ? delivery : { ...bytesAreLost, heard: 0 }
  }

  for (const delivery of api.deliveries) {
    if (delivery.refusal && mount.parser?.includes(delivery.refusal)) {
      it(`${delivery.name}: refused by the parser in front`, async () => {
        const { response, heard } = await playAndCount(delivery.request())
        expect(response.status).toBeGreaterThanOrEqual(400)
        expect(response.status).toBeLessThan(500)
        expect(heard).toEqual([])
        mark = 'p'
      })
    } else {
      const answer = answerTo(delivery)
      it(`${delivery.name}: ${answer.status}`, async () => {
        const { response, heard } = await playAndCount(delivery.request())
        expectAnswer(response, answer)
        expect(heard).toHaveLength(answer.heard)
        if (answer !== delivery) mark = 'c'
      })
    }
  }

  if (isGenuine) {
    it('hands over the event as signed', async () => {
      const event = api.event({ externalId: 'ñ-1', later: [{ a: 1.5 }, '🪝'], __proto: 1 })
      const { heard } = await playAndCount(api.signed(event))
      expect(heard).toEqual([event])
      expect(Object.keys(heard[0] ?? {})).toEqual(Object.keys(event))
    })

    it('answers a duplicate of a handled event with 200', async () => {
      const request = api.signed(api.event())
      await play(request)
      const { response, heard } = await playAndCount(request)
      expectAnswer(response, duplicate)
      expect(heard).toEqual([])
    })

    it('recognises a duplicate whichever secret signed it', async () => {
      const event = api.event()
      await play(api.signed(event, secrets[1]))
      expectAnswer(await play(api.signed(event, secrets[0])), duplicate)
    })

    it('answers a duplicate with 503 while the event is handled, and with 200 once its late listeners succeed', async () => {
      release()
      const request = api.signed(api.event({ test: 'wait' satisfies Behaviour }))
      const first = play(request)
      await vi.waitUntil(() => waiting.length === 1, { timeout: answerWithinMs })
      const { response, heard } = await playAndCount(request)
      expectAnswer(response, { status: 503, body: '{"error":"in_progress"}', retryAfter: '5' })
      expect(heard).toEqual([])
      expectAnswer(await first, { status: 503, body: '{"error":"timeout"}', retryAfter: '5' })
      release()
      expectAnswer(await play(request), duplicate)
    })

    it('runs the listeners again when a failed event is retried', async () => {
      const request = api.signed(api.event({ test: 'throw' satisfies Behaviour }))
      await play(request)
      const { response, heard } = await playAndCount(request)
      expectAnswer(response, { status: 500, body: '{"error":"handler_failed"}' })
      expect(heard).toHaveLength(1)
    })
  }

  it('survives an upload that is cut off', async () => {
    const socket = await open(server.port)
    const bytes = encode({ path, ...api.signed(api.event()) })
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
      const socket = await sendAnnouncing(10)
      expectAnswer(await readResponse(socket), { status: 408, body: '{"error":"body_timeout"}' })
      await closing(socket)
      await expectStillServing()
    })
  }

  it('survives a body longer than its Content-Length', async () => {
    const socket = await sendAnnouncing(0, '}}}}')
    await closing(socket)
    await expectStillServing()
  })

  it('serves the next request on a connection after a refusal', async () => {
    const socket = await open(server.port)
    socket.write(encode({ path, ...post(JSON.stringify(api.event())) }))
    expect((await readResponse(socket)).status).toBe(401)
    socket.removeAllListeners('data')
    socket.write(encode({ path, ...api.signed(api.event()) }))
    expectAnswer(await readResponse(socket), isGenuine ? received : bytesAreLost)
    socket.destroy()
  })

  it('leaves other methods on its path alone', async () => {
    for (const method of ['GET', 'PUT', 'DELETE', 'PATCH', 'OPTIONS']) {
      const response = await play({ ...api.signed(api.event()), method })
      expect(response.body).not.toContain('received')
      expect(response.status).not.toBe(401)
    }
    expect((await play({ method: 'GET' })).status).toBe(404)
  })

  it('writes no secret, no digest and nothing of a body to the log', async () => {
    const marker = randomUUID()
    const event = api.event({ marker })
    const [digest = ''] = JSON.stringify(api.signed(event)).match(/[0-9a-f]{64}/) ?? []
    await play(api.signed(event, 'not the secret'))
    const lines = log.join('\n')
    expect(digest).toHaveLength(64)
    expect(lines).toContain(isGenuine ? 'invalid_signature' : 'body_consumed')
    for (const hidden of [...secrets, digest, marker]) expect(lines).not.toContain(hidden)
  })

  /** Sends a genuine delivery with `more` at its end, and a Content-Length of `longer` than that of the delivery. */
  async function sendAnnouncing(longer: number, more = ''): Promise<Socket> {
    const socket = await open(server.port)
    const { body, headers } = api.signed(api.event())
    const length = { 'Content-Length': `${Buffer.byteLength(body) + longer}` }
    const request = { path, body: body + more, headers: { ...headers, ...length }, unframed: true }
    socket.write(encode(request))
    return socket
  }

  async function expectStillServing(): Promise<void> {
    expectAnswer(await play(api.signed(api.event())), isGenuine ? received : bytesAreLost)
  }
}

/** No depth makes a handler fail: every answer is ours and never the framework's. */
async function sweepDepths(mount: Mount, api: Api): Promise<void> {
  const server = await api.start(mount, { logger: false })
  const path = mount.pathOf(api.defaultPath)
  try {
    for (const depth of depths) {
      const brackets = nested(depth)
      const event = JSON.stringify(api.event({ deep: '@' })).replace('"@"', brackets)
      const requests = {
        brackets: post(brackets),
        unsigned: post(`{"a":${brackets}}`),
        signed: api.signed(event),
      }
      const answers = api.nesting(depth > 63)
      for (const name of ['brackets', 'unsigned', 'signed'] as const) {
        expectAnswer(await send(server.port, { path, ...requests[name] }), answers[name])
      }
    }
  } finally {
    await server.close()
  }
}

/** The message of a failing listener, which no caller may ever see. */
const failure = 'postgres://user:password@host'

function printMatrix({ name }: Api, rows: readonly string[]): void {
  const played = rows.join('\n').match(/[.pc](?=[.pc]*$)/gm)?.length ?? 0
  process.stdout.write(
    `\n${name}, mounts × deliveries: "." answered as every mount does, "p" answered by the parser in front, "c" body_consumed\n${rows.join('\n')}\n` +
      `${rows.length} mounts, ${played} deliveries played\n`,
  )
}
