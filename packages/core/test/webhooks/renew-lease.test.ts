import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import { describeWithServer } from '@x/koywe-testkit/describe-with-server'
import { engines } from '@x/koywe-testkit/engines'
import { createMemoryLog } from '@x/koywe-testkit/memory-log'
import { removeKeys } from '@x/koywe-testkit/remove-keys'
import pg from 'pg'
import { createClient } from 'redis'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createMemoryDedupeStore } from '../../src/dedupe/memory-store.js'
import type { DedupeStore } from '../../src/dedupe/store.js'
import {
  completeIn,
  createPostgresDedupeStore,
  migrateKoyweDedupe,
  type PgClient,
} from '../../src/postgres.js'
import { createRedisDedupeStore, type NodeRedisClient } from '../../src/redis.js'
import { renewLease } from '../../src/webhooks/renew-lease.js'
import { claimed, claimedWithin } from '../dedupe/store-suite.js'

const leaseMs = 1500
const timeout = 60_000

/** Whether the store lets no one else claim the event for that long. */
async function keptOut(store: DedupeStore, key: string, ms: number): Promise<boolean> {
  for (const end = Date.now() + ms; Date.now() < end; await delay(50)) {
    if ((await store.claim(key)).state !== 'in_progress') return false
  }
  return true
}

/** What renewing does with every store of ours. Every test waits for leases, so all of a store wait at once. */
function describeRenewing(own: () => DedupeStore, others: () => DedupeStore): void {
  it.concurrent('keeps a second server out for longer than the lease, until the first completes', {
    timeout,
  }, async () => {
    const [key, log] = [randomUUID(), createMemoryLog()]
    const claim = await claimed(own(), key)
    const stop = renewLease(claim, log)
    expect(await keptOut(others(), key, 3 * leaseMs)).toBe(true)
    await claim.complete()
    expect(await others().claim(key)).toEqual({ state: 'done' })
    await delay(leaseMs)
    stop()
    expect(await others().claim(key)).toEqual({ state: 'done' })
    expect(log.lines).toEqual([])
  })

  it.concurrent('ends when it is stopped: the event waits for at most one lease', {
    timeout,
  }, async () => {
    const [key, log] = [randomUUID(), createMemoryLog()]
    const stop = renewLease(await claimed(own(), key), log)
    await delay(leaseMs)
    stop()
    const stopped = Date.now()
    await claimedWithin(others(), key, 30_000)
    expect(Date.now() - stopped).toBeLessThan(leaseMs + 1000)
    expect(log.lines).toEqual([])
  })

  it.concurrent('leaves the event free when the listener fails', { timeout }, async () => {
    const [key, log] = [randomUUID(), createMemoryLog()]
    const claim = await claimed(own(), key)
    const stop = renewLease(claim, log)
    await delay(leaseMs)
    await claim.release()
    stop()
    await claimed(others(), key)
    expect(log.lines).toEqual([])
  })

  it.concurrent('is logged once when another owner took the event over', { timeout }, async ({
    expect,
  }) => {
    const [key, log] = [randomUUID(), createMemoryLog()]
    const late = await claimed(own(), key)
    await claimedWithin(others(), key, 30_000)
    const stop = renewLease(late, log)
    await expect.poll(() => log.lines, { timeout: 10_000 }).toHaveLength(1)
    await delay(leaseMs)
    stop()
    expect(log.lines).toEqual([expect.stringMatching(/could not be renewed.*lets only one/)])
    expect(log.errors).toEqual([
      expect.objectContaining({ message: expect.stringContaining('claim was lost') }),
    ])
  })
}

/** The owner is a separate process that is killed while it holds and renews the claim. */
async function killOwner(prelude: string, key: string): Promise<void> {
  const renewing = pathToFileURL(
    join(import.meta.dirname, '../../dist/cjs/webhooks/renew-lease.js'),
  ).href
  const child = spawn(
    process.execPath,
    [
      '--input-type=module',
      '--eval',
      `import { renewLease } from ${JSON.stringify(renewing)}
      ${prelude}
      const claim = await store.claim(${JSON.stringify(key)})
      renewLease(claim, console)
      setInterval(() => {}, 1000)
      console.log(claim.state)`,
    ],
    // A package can import itself by its own name.
    { cwd: join(import.meta.dirname, '../..'), stdio: ['ignore', 'pipe', 'inherit'] },
  )
  const exited = once(child, 'exit')
  const [output] = await Promise.race([once(child.stdout, 'data'), exited])
  expect(String(output)).toContain('claimed')
  await delay(2 * leaseMs) // alive for longer than the lease
  child.kill('SIGKILL')
  await exited
}

async function expectToWaitOneLease(store: DedupeStore, key: string): Promise<void> {
  const killed = Date.now()
  expect(await store.claim(key)).toEqual({
    state: 'in_progress',
    retryAfterMs: expect.toSatisfy((ms: number) => ms > 0 && ms <= leaseMs),
  })
  await claimedWithin(store, key, 30_000)
  expect(Date.now() - killed).toBeLessThan(leaseMs + 1000)
}

describe('renewing with the memory store', () => {
  const store = createMemoryDedupeStore({ leaseMs })
  describeRenewing(
    () => store,
    () => store,
  )
})

describeWithServer('renewing in Redis', engines.redis, (redisUrl) => {
  const prefix = `koywe-renew:${randomUUID()}:`
  const clients = [createClient({ url: redisUrl }), createClient({ url: redisUrl })] as const
  const stores = clients.map((client) => createRedisDedupeStore(client, { prefix, leaseMs }))
  const at = (index: number) => () => stores[index] ?? expect.fail('there are two stores')
  beforeAll(async () => {
    await Promise.all(clients.map((client) => client.connect()))
  })
  afterAll(async () => {
    await removeKeys(redisUrl, prefix)
    for (const client of clients) client.destroy()
  })
  describeRenewing(at(0), at(1))

  it.concurrent('lets another owner handle the event of a killed one after one lease', {
    timeout,
  }, async () => {
    const key = randomUUID()
    await killOwner(
      `import { createClient } from 'redis'
      import { createRedisDedupeStore } from '@x/koywe-core/redis'
      const client = await createClient({ url: ${JSON.stringify(redisUrl)} }).connect()
      const store = createRedisDedupeStore(client, { prefix: ${JSON.stringify(prefix)}, leaseMs: ${leaseMs} })`,
      key,
    )
    await expectToWaitOneLease(at(1)(), key)
  })

  it.concurrent('takes back a lease that ended while Redis was down, if no one else has the event', {
    timeout,
  }, async ({ expect }) => {
    const key = randomUUID()
    let away = true
    const flaky: NodeRedisClient = {
      sendCommand() {},
      async eval(script, options) {
        if (away) throw new Error('ECONNREFUSED')
        return clients[0].eval(script, options)
      },
    }
    away = false
    const log = createMemoryLog()
    const claim = await claimed(createRedisDedupeStore(flaky, { prefix, leaseMs }), key)
    const stop = renewLease(claim, log)
    away = true
    await expect.poll(() => clients[1].exists(prefix + key), { timeout: 10_000 }).toBe(0)
    away = false
    await expect.poll(() => clients[1].exists(prefix + key), { timeout: 10_000 }).toBe(1)
    expect(await keptOut(at(1)(), key, 2 * leaseMs)).toBe(true)
    stop()
    expect(log.lines).toEqual([expect.stringContaining('could not be renewed')])
    expect(log.errors).toEqual([expect.objectContaining({ message: 'ECONNREFUSED' })])
  })

  it.concurrent('leaves no claim behind when a renewal overtakes the release', { timeout }, async ({
    expect,
  }) => {
    const key = randomUUID()
    const held: (() => void)[] = []
    // One of the pool's connections is slower than the next.
    const slow: NodeRedisClient = {
      sendCommand() {},
      async eval(script, options) {
        if (script.includes('SET') && (await clients[1].exists(prefix + key))) {
          await new Promise<void>((resolve) => held.push(resolve))
        }
        return clients[0].eval(script, options)
      },
    }
    const claim = await claimed(createRedisDedupeStore(slow, { prefix, leaseMs }), key)
    const extended = claim.extend?.()
    await expect.poll(() => held).toHaveLength(1)
    await claim.release()
    held[0]?.()
    await extended
    await expect.poll(() => clients[1].exists(prefix + key), { timeout: 10_000 }).toBe(0)
  })
})

describeWithServer('renewing in PostgreSQL', engines.postgres, (postgresUrl) => {
  const schema = `koywe_renew_${randomUUID().slice(0, 8)}`
  const table = `${schema}.deliveries`
  const pools = [0, 1].map(() => new pg.Pool({ connectionString: postgresUrl, max: 8 }))
  const poolAt = (index: number) => pools[index] ?? expect.fail('there are two pools')
  const storeOf = (client: PgClient) => createPostgresDedupeStore(client, { table, leaseMs })
  const at = (index: number) => () => storeOf(poolAt(index))
  beforeAll(async () => {
    await poolAt(0).query(`create schema ${schema}`)
    await migrateKoyweDedupe(poolAt(0), { table })
  })
  afterAll(async () => {
    await poolAt(0).query(`drop schema ${schema} cascade`)
    await Promise.all(pools.map((pool) => pool.end()))
  })
  describeRenewing(at(0), at(1))

  it.concurrent('lets another owner handle the event of a killed one after one lease', {
    timeout,
  }, async () => {
    const key = randomUUID()
    await killOwner(
      `import pg from 'pg'
      import { createPostgresDedupeStore } from '@x/koywe-core/postgres'
      const client = new pg.Pool({ connectionString: ${JSON.stringify(postgresUrl)} })
      const store = createPostgresDedupeStore(client, { table: ${JSON.stringify(table)}, leaseMs: ${leaseMs} })`,
      key,
    )
    await expectToWaitOneLease(at(1)(), key)
  })

  it.concurrent('neither waits for the transaction of completeIn nor changes what it commits', {
    timeout,
  }, async () => {
    const [key, log] = [randomUUID(), createMemoryLog()]
    const claim = await claimed(at(0)(), key)
    const stop = renewLease(claim, log)
    const client = await poolAt(0).connect()
    await client.query('begin')
    await delay(leaseMs)
    await completeIn({ claim }, client)
    expect(await keptOut(at(1)(), key, 2 * leaseMs)).toBe(true)
    await client.query('commit')
    client.release()
    await delay(leaseMs)
    stop()
    expect(await at(1)().claim(key)).toEqual({ state: 'done' })
    await claim.complete()
    const { rows } = await poolAt(1).query(
      `select until > now() + interval '6 days' as kept from ${table} where key = $1`,
      [key],
    )
    expect(rows).toEqual([{ kept: true }])
    expect(log.lines).toEqual([])
  })

  it.concurrent('keeps renewing after a transaction of completeIn was rolled back', {
    timeout,
  }, async () => {
    const [key, log] = [randomUUID(), createMemoryLog()]
    const claim = await claimed(at(0)(), key)
    const stop = renewLease(claim, log)
    const client = await poolAt(0).connect()
    await client.query('begin')
    await completeIn({ claim }, client)
    await client.query('rollback')
    expect(await keptOut(at(1)(), key, 2 * leaseMs)).toBe(true)
    await client.query('begin isolation level repeatable read')
    // Its snapshot must not be older than a renewal, so both start at once.
    await Promise.all([claim.extend?.(), completeIn({ claim }, client), claim.extend?.()])
    await delay(leaseMs)
    await client.query('commit')
    client.release()
    stop()
    await claim.complete()
    expect(await at(1)().claim(key)).toEqual({ state: 'done' })
    expect(log.lines).toEqual([])
  })
})

describe('renewing', () => {
  it('does not keep the process alive', { timeout }, async () => {
    const renewing = pathToFileURL(
      join(import.meta.dirname, '../../dist/cjs/webhooks/renew-lease.js'),
    ).href
    const script = `import { renewLease } from ${JSON.stringify(renewing)}
      renewLease({ state: 'claimed', leaseMs: 30000, extend: async () => {} }, console)`
    const child = spawn(process.execPath, ['--input-type=module', '--eval', script], {
      timeout: 30_000,
    })
    expect(await once(child, 'exit')).toEqual([0, null])
  })
})
