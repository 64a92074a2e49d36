import { type ChildProcess, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { answers } from '@x/koywe-testkit/answers'
import { describeWithServer } from '@x/koywe-testkit/describe-with-server'
import { engines } from '@x/koywe-testkit/engines'
import { findProgram } from '@x/koywe-testkit/find-program'
import { createMemoryLog } from '@x/koywe-testkit/memory-log'
import { Redis } from 'ioredis'
import pg from 'pg'
import postgres from 'postgres'
import { createClient } from 'redis'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { DedupeStore } from '../../src/dedupe/store.js'
import { createKoyweWebhooks } from '../../src/index.js'
import { createPostgresDedupeStore, migrateKoyweDedupe } from '../../src/postgres.js'
import { createRedisDedupeStore } from '../../src/redis.js'
import { signEvent } from '../../src/testing.js'
import { requestOf } from '../requests.js'

const secret = 'outage-secret'
const timeoutMs = 1500

/** A relay in front of an engine that tests can break the way networks and servers break. */
interface Relay {
  readonly port: number
  /** Stops listening and breaks open connections. */
  stop(): Promise<void>
  start(): Promise<void>
  /** Holds back bytes in both directions until `resume`. */
  pause(): void
  resume(): void
}

async function startRelay(url: string): Promise<Relay> {
  const target = new URL(url)
  const sockets = new Set<Socket>()
  let paused = false
  const server = createServer((near) => {
    const far = connect({ host: target.hostname, port: Number(target.port) })
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from)
      from.on('error', () => {})
      from.on('close', () => {
        sockets.delete(from)
        to.destroy()
      })
      from.pipe(to)
      if (paused) from.unpipe(to).pause()
    }
    partners.push([near, far], [far, near])
  })
  const partners: [Socket, Socket][] = []
  const listen = async (port: number): Promise<number> => {
    server.listen(port, '127.0.0.1')
    await once(server, 'listening')
    return (server.address() as AddressInfo).port // the address of a TCP server is an object
  }
  const port = await listen(0)
  return {
    port,
    async stop() {
      const closed = once(server, 'close')
      server.close()
      for (const socket of sockets) socket.destroy()
      await closed
    },
    async start() {
      await listen(port)
    },
    pause() {
      paused = true
      for (const [from, to] of partners) from.unpipe(to).pause()
    },
    resume() {
      paused = false
      for (const [from, to] of partners) from.pipe(to)
    },
  }
}

/** A receiver on a store, with everything that a test inspects. */
function createReceiver(store: DedupeStore) {
  const logger = createMemoryLog()
  const heard: string[] = []
  let claims = 0
  const webhooks = createKoyweWebhooks(secret, {
    timeoutMs,
    logger,
    dedupe: {
      claim(key) {
        claims++
        return store.claim(key)
      },
    },
  })
  webhooks.onAny((event) => {
    heard.push(String(event.orderId))
  })
  const newEvent = (signedWith = secret): string =>
    signEvent(
      { eventName: 'crypto_delivered', orderId: randomUUID(), timeStamp: '2026-01-01T00:00:00Z' },
      signedWith,
    )
  return {
    log: logger.lines,
    heard,
    claims: () => claims,
    newEvent,
    async deliver(text: string) {
      const { status, headers, body } = await webhooks.handle(requestOf(text))
      return { status, retryAfter: headers['retry-after'], body }
    },
  }
}

const received = { status: 200, retryAfter: undefined, body: '{"received":true}' }
const duplicate = { ...received, body: '{"received":true,"duplicate":true}' }
const unavailable = { status: 503, retryAfter: '5', body: '{"error":"store_unavailable"}' }

interface Client {
  readonly store: DedupeStore
  close(): Promise<unknown> | unknown
}

/** What every store must do when the engine goes down and comes up again while the server keeps running. */
function describeOutage(
  name: string,
  url: string,
  open: (port: number) => Promise<Client> | Client,
): void {
  describe(name, { timeout: 60_000 }, () => {
    let relay: Relay
    let client: Client
    let receiver: ReturnType<typeof createReceiver>

    beforeAll(async () => {
      relay = await startRelay(url)
      client = await open(relay.port)
      receiver = createReceiver(client.store)
    }, 30_000)
    afterAll(async () => {
      await client.close()
      await relay.stop()
    }, 30_000)

    /** Retries until the event is accepted. */
    async function deliverUntilTaken(text: string): Promise<unknown> {
      for (const deadline = Date.now() + 30_000; ; await delay(100)) {
        const answer = await receiver.deliver(text)
        if (answer.status === 200 || Date.now() > deadline) return answer
        expect(answer.retryAfter).toBe('5')
      }
    }

    it('is down: 503 with Retry-After, a clear log line, no listener; up again: the same event is handled', async () => {
      const [before, during] = [receiver.newEvent(), receiver.newEvent()]
      expect(await deliverUntilTaken(before)).toEqual(received)
      const heard = receiver.heard.length
      await relay.stop()
      expect(await receiver.deliver(during)).toEqual(unavailable)
      expect(await receiver.deliver(before)).toEqual(unavailable)
      expect(receiver.heard).toHaveLength(heard)
      expect(receiver.log.at(-1)).toMatch(
        /^koywe store_unavailable: The dedupe store is unavailable: .{5,}\. The event was not handled/s,
      )
      await relay.start()
      expect(await deliverUntilTaken(during)).toEqual(received)
      expect(await receiver.deliver(before)).toEqual(duplicate)
      expect(receiver.heard).toHaveLength(heard + 1)
    })

    it('is slow: 503 at the time limit; fast again: the event is handled without waiting for a lease', async () => {
      const text = receiver.newEvent()
      const heard = receiver.heard.length
      relay.pause()
      const started = Date.now()
      expect(await receiver.deliver(text)).toEqual(unavailable)
      expect(Date.now() - started).toBeGreaterThan(timeoutMs - 100)
      expect(receiver.log.at(-1)).toContain('did not answer in time')
      relay.resume()
      expect(await deliverUntilTaken(text)).toEqual(received)
      expect(receiver.heard).toHaveLength(heard + 1)
    })

    it('is not asked about a delivery with a wrong signature, or without one', async () => {
      const before = receiver.claims()
      expect((await receiver.deliver(receiver.newEvent('another secret'))).status).toBe(401)
      expect((await receiver.deliver('{"eventName":"crypto_delivered"}')).status).toBe(401)
      expect((await receiver.deliver('no JSON')).status).toBe(400)
      expect(receiver.claims()).toBe(before)
    })
  })
}

const prefix = `koywe-outage:${randomUUID()}:`

async function openNodeRedis(port: number, options: object = {}): Promise<Client> {
  const client = createClient({ url: `redis://127.0.0.1:${port}`, ...options })
  client.on('error', () => {})
  await client.connect()
  return {
    store: createRedisDedupeStore(client, { prefix, ttlMs: 600_000 }),
    close: () => client.destroy(),
  }
}

describeWithServer('Redis out of order', engines.redis, (redisUrl) => {
  describeOutage('node-redis', redisUrl, (port) => openNodeRedis(port))
  describeOutage('node-redis without an offline queue', redisUrl, (port) =>
    openNodeRedis(port, { disableOfflineQueue: true }),
  )
  describeOutage('ioredis', redisUrl, (port) => {
    const client = new Redis(port, '127.0.0.1')
    client.on('error', () => {})
    return {
      store: createRedisDedupeStore(client, { prefix, ttlMs: 600_000 }),
      close: () => client.disconnect(),
    }
  })
})

const schema = `koywe_outage_${randomUUID().slice(0, 8)}`
const table = `${schema}.deliveries`

describeWithServer('PostgreSQL out of order', engines.postgres, (postgresUrl) => {
  const admin = new pg.Pool({ connectionString: postgresUrl, max: 2 })
  beforeAll(async () => {
    await admin.query(`create schema ${schema}`)
    await migrateKoyweDedupe(admin, { table })
  }, 30_000)
  afterAll(async () => {
    await admin.query(`drop schema ${schema} cascade`)
    await admin.end()
  }, 30_000)

  const at = (port: number): string => {
    const url = new URL(postgresUrl)
    url.port = String(port)
    return url.href
  }
  describeOutage('pg', postgresUrl, (port) => {
    const pool = new pg.Pool({ connectionString: at(port) })
    pool.on('error', () => {})
    return { store: createPostgresDedupeStore(pool, { table }), close: () => pool.end() }
  })
  describeOutage('postgres.js', postgresUrl, (port) => {
    const sql = postgres(at(port), { backoff: () => 0.2, onnotice() {} })
    return {
      store: createPostgresDedupeStore(sql, { table }),
      close: () => sql.end({ timeout: 1 }),
    }
  })

  it('answers with errors: 503, and the log says what to do when the table is missing', {
    timeout: 30_000,
  }, async () => {
    const missing = `${schema}.not_yet`
    const receiver = createReceiver(createPostgresDedupeStore(admin, { table: missing }))
    const text = receiver.newEvent()
    expect(await receiver.deliver(text)).toEqual(unavailable)
    expect(receiver.log.at(-1)).toContain('does not exist')
    expect(receiver.log.at(-1)).toContain('migrateKoyweDedupe')
    await migrateKoyweDedupe(admin, { table: missing })
    expect(await receiver.deliver(text)).toEqual(received)
  })

  it('waits for a lock: 503 at the time limit, and the event is handled once the lock is gone', {
    timeout: 30_000,
  }, async () => {
    const receiver = createReceiver(createPostgresDedupeStore(admin, { table }))
    const text = receiver.newEvent()
    const blocker = new pg.Client({ connectionString: postgresUrl })
    await blocker.connect()
    await blocker.query(`begin; lock table ${table} in access exclusive mode`)
    expect(await receiver.deliver(text)).toEqual(unavailable)
    await blocker.end()
    let answer = await receiver.deliver(text)
    for (let attempt = 0; answer.status === 503 && attempt < 100; attempt++) {
      await delay(100)
      answer = await receiver.deliver(text)
    }
    expect(answer).toEqual(received)
    expect(receiver.heard).toHaveLength(1)
  })
})

describeWithServer('a Redis server of our own', findProgram('redis-server'), (program) => {
  const folder = mkdtempSync(join(tmpdir(), 'koywe-redis-'))
  let port = 0
  let redis: ChildProcess

  async function startRedis(): Promise<void> {
    // Everything is on disk before the answer, the right setting for money.
    const settings = [
      '--appendonly',
      'yes',
      '--appendfsync',
      'always',
      '--save',
      '',
      '--dir',
      folder,
    ]
    redis = spawn(program, ['--port', String(port), '--bind', '127.0.0.1', ...settings], {
      stdio: 'ignore',
    })
    redis.on('error', () => {})
    for (let attempt = 0; !(await answers('127.0.0.1', port)); attempt++) {
      if (attempt > 100) throw new Error('redis-server does not start')
      await delay(100)
    }
  }

  async function killRedis(): Promise<void> {
    const exited = once(redis, 'exit')
    redis.kill('SIGKILL')
    await exited
  }

  beforeAll(async () => {
    const free = createServer().listen(0, '127.0.0.1')
    await once(free, 'listening')
    port = (free.address() as AddressInfo).port // the address of a TCP server is an object
    free.close()
    await once(free, 'close')
    await startRedis()
  }, 30_000)
  afterAll(async () => {
    await killRedis()
    rmSync(folder, { recursive: true })
  })

  it('is killed and restarted: handled events stay handled, and new ones are accepted again', async () => {
    const { store, close } = await openNodeRedis(port)
    const receiver = createReceiver(store)
    const [before, during] = [receiver.newEvent(), receiver.newEvent()]
    expect(await receiver.deliver(before)).toEqual(received)
    await killRedis()
    expect(await receiver.deliver(during)).toEqual(unavailable)
    await startRedis()
    let answer = await receiver.deliver(during)
    for (let attempt = 0; answer.status === 503 && attempt < 100; attempt++) {
      await delay(100)
      answer = await receiver.deliver(during)
    }
    expect(answer).toEqual(received)
    expect(await receiver.deliver(before)).toEqual(duplicate)
    expect(receiver.heard).toHaveLength(2)
    await close()
  })

  it('refuses to write: 503 with the message of Redis, until it writes again', async () => {
    const { store, close } = await openNodeRedis(port)
    const admin = await createClient({ url: `redis://127.0.0.1:${port}` }).connect()
    const receiver = createReceiver(store)
    const text = receiver.newEvent()
    for (const [name, wrong, right, says] of [
      ['maxmemory', '1', '0', 'OOM'],
      ['min-replicas-to-write', '3', '0', 'NOREPLICAS'],
    ] as const) {
      await admin.configSet(name, wrong)
      expect(await receiver.deliver(text)).toEqual(unavailable)
      expect(receiver.log.at(-1)).toContain(says)
      await admin.configSet(name, right)
    }
    expect(await receiver.deliver(text)).toEqual(received)
    await admin.close()
    await close()
  })
})
