import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { describeWithServer } from '@x/koywe-testkit/describe-with-server'
import { engines } from '@x/koywe-testkit/engines'
import { createMemoryLog } from '@x/koywe-testkit/memory-log'
import pg from 'pg'
import postgres from 'postgres'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createMemoryDedupeStore } from '../../src/dedupe/memory-store.js'
import { createKoyweWebhooks } from '../../src/index.js'
import {
  completeIn,
  createPostgresDedupeStore,
  koyweDedupeTable,
  migrateKoyweDedupe,
  type PgClient,
  type PostgresJsClient,
} from '../../src/postgres.js'
import { requestOf, secret, signedEvent } from '../requests.js'
import { claimed, claimedWithin, describeStore, type MakeStores } from './store-suite.js'

const schema = `koywe_test_${randomUUID().slice(0, 8)}`
const table = `${schema}.deliveries`

describeWithServer('PostgreSQL', engines.postgres, (postgresUrl) => {
  const pool = new pg.Pool({ connectionString: postgresUrl, max: 10 })
  const otherPool = new pg.Pool({ connectionString: postgresUrl, max: 2 })
  const lone = new pg.Client({ connectionString: postgresUrl })
  const sql = postgres(postgresUrl, { max: 10, onnotice() {} })

  beforeAll(async () => {
    await lone.connect()
    await lone.query(`create schema ${schema}; create table ${schema}.effects (key text)`)
    await migrateKoyweDedupe(pool, { table })
  })
  afterAll(async () => {
    await lone.query(`drop schema ${schema} cascade`)
    await Promise.all([pool.end(), otherPool.end(), lone.end(), sql.end()])
  })

  let made = 0
  const pair = (
    one: PgClient | PostgresJsClient,
    other: PgClient | PostgresJsClient,
  ): MakeStores => {
    const own = `${table}_${made++}`
    beforeAll(() => migrateKoyweDedupe(pool, { table: own }))
    return (options, otherOptions = options) => [
      createPostgresDedupeStore(one, { ...options, table: own }),
      createPostgresDedupeStore(other, { ...otherOptions, table: own }),
    ]
  }
  describeStore('the Postgres store, pg', pair(pool, otherPool))
  describeStore('the Postgres store, postgres.js', pair(sql, sql))
  describeStore('the Postgres store, a server with pg and one with postgres.js', pair(pool, sql))

  /** A listener's transaction on either client, opened by hand so that a test can inspect it while it is open. */
  interface OpenTransaction {
    readonly client: PgClient | PostgresJsClient
    write(key: string): Promise<unknown>
    commit(): Promise<unknown>
    rollback(): Promise<unknown>
  }

  async function beginPg(): Promise<OpenTransaction> {
    const client = await pool.connect()
    await client.query('begin')
    const end = (text: string) => async () => {
      await client.query(text)
      client.release()
    }
    return {
      client,
      write: (key) => client.query(`insert into ${schema}.effects values ($1)`, [key]),
      commit: end('commit'),
      rollback: end('rollback'),
    }
  }

  async function beginPostgresJs(): Promise<OpenTransaction> {
    const undone = new Error('undone on purpose')
    let finish = (_outcome: 'commit' | 'rollback'): void => {}
    const outcome = new Promise<string>((resolve) => {
      finish = resolve
    })
    return new Promise((resolve, reject) => {
      const end = (how: 'commit' | 'rollback'): Promise<unknown> => {
        finish(how)
        return ended
      }
      const ended: Promise<unknown> = sql
        .begin(async (client) => {
          resolve({
            client,
            write: (key) => client.unsafe(`insert into ${schema}.effects values ($1)`, [key]),
            commit: () => end('commit'),
            rollback: () => end('rollback'),
          })
          if ((await outcome) === 'rollback') throw undone
        })
        .catch((error) => {
          if (error !== undone) throw error
        })
      ended.catch(reject)
    })
  }

  const effectsOf = async (key: string): Promise<number> =>
    (await lone.query(`select from ${schema}.effects where key = $1`, [key])).rowCount ?? 0

  describe.each([
    ['pg', pool, beginPg],
    ['postgres.js', sql, beginPostgresJs],
  ] as const)(
    "completing in the listener's transaction, %s",
    { timeout: 30_000 },
    (_name, client, begin) => {
      const store = createPostgresDedupeStore(client, { table })
      const brief = createPostgresDedupeStore(client, { table, leaseMs: 200 })

      it('commits the write and "done" together, and the receiver does not change that afterwards', async () => {
        const key = randomUUID()
        const claim = await claimed(store, key)
        const open = await begin()
        await open.write(key)
        await completeIn({ claim }, open.client)
        expect(await store.claim(key)).toMatchObject({ state: 'in_progress' })
        await open.commit()
        expect(await store.claim(key)).toEqual({ state: 'done' })
        await claim.complete()
        await claim.release()
        expect(await store.claim(key)).toEqual({ state: 'done' })
        expect(await effectsOf(key)).toBe(1)
      })

      it('leaves neither the write nor "done" after a rollback, and releases the event', async () => {
        const key = randomUUID()
        const claim = await claimed(store, key)
        const open = await begin()
        await open.write(key)
        await completeIn({ claim }, open.client)
        await open.rollback()
        expect(await store.claim(key)).toMatchObject({ state: 'in_progress' })
        await claim.release()
        expect(await effectsOf(key)).toBe(0)
        await claimed(store, key)
      })

      it('does not mark an event as done whose transaction was rolled back without an error', async () => {
        const key = randomUUID()
        const claim = await claimed(brief, key)
        const open = await begin()
        await completeIn({ claim }, open.client)
        await open.rollback()
        await expect(claim.complete()).rejects.toThrow('has not committed')
        await claimedWithin(store, key, 10_000)
      })

      it('rejects when another owner claimed the event, so that only one write is committed', async () => {
        const key = randomUUID()
        const late = await claimed(brief, key)
        const current = await claimedWithin(store, key, 10_000)
        const lateOpen = await begin()
        await lateOpen.write(key)
        await expect(completeIn({ claim: late }, lateOpen.client)).rejects.toThrow(
          'lease of 200 ms',
        )
        await lateOpen.rollback()
        await late.release()
        const open = await begin()
        await open.write(key)
        await completeIn({ claim: current }, open.client)
        await open.commit()
        expect(await effectsOf(key)).toBe(1)
        expect(await store.claim(key)).toEqual({ state: 'done' })
      })

      it('rejects when another owner completed the event', async () => {
        const key = randomUUID()
        const late = await claimed(brief, key)
        const current = await claimedWithin(store, key, 10_000)
        await current.complete()
        const open = await begin()
        await expect(completeIn({ claim: late }, open.client)).rejects.toThrow('claim was lost')
        await open.rollback()
        await expect(late.complete()).rejects.toThrow()
        expect(await store.claim(key)).toEqual({ state: 'done' })
      })

      it('lets no one take over, or wait, while the transaction is open, even after the lease', async () => {
        const key = randomUUID()
        const claim = await claimed(brief, key)
        const open = await begin()
        await open.write(key)
        await completeIn({ claim }, open.client)
        // The open completion is not visible yet; for everybody else the lease has ended.
        await delay(300)
        const copies = Promise.all(Array.from({ length: 20 }, () => store.claim(key)))
        const states = new Set((await promptly(copies)).map(({ state }) => state))
        expect([...states]).toEqual(['in_progress'])
        await expect(promptly(claim.release())).rejects.toThrow('still open')
        await expect(promptly(claim.complete())).rejects.toThrow('has not committed')
        await open.commit()
        expect(await store.claim(key)).toEqual({ state: 'done' })
        expect(await effectsOf(key)).toBe(1)
      })

      it('refuses a client without a transaction, which would commit "done" on its own', async () => {
        const lent = await pool.connect()
        const reserved = await sql.reserve()
        const wrapped: PgClient = { query: (text, values) => lent.query(text, values) }
        for (const none of [client, lone, lent, reserved, wrapped]) {
          const key = randomUUID()
          const claim = await claimed(store, key)
          await expect(completeIn({ claim }, none)).rejects.toThrow(TypeError)
          await expect(claim.complete()).rejects.toThrow('the listener swallowed its error')
          await claim.release()
          await claimed(store, key)
        }
        reserved.release()
        lent.release()
      })

      it('says that an event is done although another of its listeners failed', async () => {
        const key = randomUUID()
        const claim = await claimed(store, key)
        const open = await begin()
        await completeIn({ claim }, open.client)
        await open.commit()
        await expect(claim.release()).rejects.toThrow(
          'was committed with completeIn before this failure: it is done and will not be handled again',
        )
        expect(await store.claim(key)).toEqual({ state: 'done' })
      })

      it('does not block a late owner of the event, even when both leases have ended', async () => {
        const key = randomUUID()
        const late = await claimed(brief, key)
        const current = await claimedWithin(brief, key, 10_000)
        const open = await begin()
        await open.write(key)
        await completeIn({ claim: current }, open.client)
        await delay(300)
        await expect(promptly(late.extend?.())).rejects.toThrow('claim was lost')
        await expect(promptly(late.complete())).rejects.toThrow('claim was lost')
        await promptly(late.release())
        await open.commit()
        expect(await store.claim(key)).toEqual({ state: 'done' })
        expect(await effectsOf(key)).toBe(1)
      })

      it('treats a listener that swallowed the error of completeIn as failed, and says so', async () => {
        const key = randomUUID()
        const late = await claimed(brief, key)
        await (await claimedWithin(store, key, 10_000)).complete()
        const open = await begin()
        await expect(completeIn({ claim: late }, open.client)).rejects.toThrow('claim was lost')
        await open.commit()
        const failure = late.complete()
        await expect(failure).rejects.toThrow(/swallowed its error.*claim was lost/)
        await expect(failure).rejects.toMatchObject({ code: 'handler_failed' })
      })
    },
  )

  it('does not treat an event as done when completeIn failed in an aborted transaction', async () => {
    const claim = await claimed(createPostgresDedupeStore(pool, { table }), randomUUID())
    const open = await beginPg()
    if (!('query' in open.client)) throw new Error('it is a client of pg')
    await open.client.query('select 1 / 0').catch(() => {})
    await expect(completeIn({ claim }, open.client)).rejects.toThrow('aborted')
    await open.rollback()
    await expect(claim.complete()).rejects.toThrow(/swallowed its error.*aborted/)
  })

  it('does not wait for a foreign transaction that holds the row, and says so', {
    timeout: 60_000,
  }, async () => {
    const key = randomUUID()
    const claim = await claimed(createPostgresDedupeStore(pool, { table }), key)
    const open = await beginPg()
    if (!('query' in open.client)) throw new Error('it is a client of pg')
    await open.client.query(`select from ${table} where key = $1 for update`, [key])
    await claim.extend?.()
    const completed = claim.complete()
    await expect(claim.release()).rejects.toThrow('has locked the event')
    await expect(completed).rejects.toThrow('has locked the event')
    const patient = claim.complete()
    await delay(200)
    await open.commit()
    await patient
  })

  it('asks for a retry when it cannot check whether the transaction committed', async () => {
    let away = false
    const fail = async (): Promise<never> => {
      away = false // one lost query
      throw new Error('ECONNRESET')
    }
    const flaky: PgClient = {
      query: (text, values) => (away ? fail() : pool.query(text, values)),
    }
    const dedupe = createPostgresDedupeStore(flaky, { table })
    const logger = createMemoryLog()
    const webhooks = createKoyweWebhooks(secret, { dedupe, logger })
    webhooks.onAny(async (_event, delivery) => {
      const open = await beginPg()
      await completeIn(delivery, open.client)
      await open.commit()
      away = true
    })
    const body = signedEvent({ orderId: randomUUID() })
    const answer = await webhooks.handle(requestOf(body))
    expect(answer).toMatchObject({ status: 503, headers: { 'retry-after': '5' } })
    expect(answer.body).toContain('store_unavailable')
    const said = [...logger.lines, ...logger.errors].join()
    expect(said).toContain('could not check whether')
    expect(said).not.toContain('is done')
    away = false
    const again = await webhooks.handle(requestOf(body))
    expect(JSON.parse(again.body)).toEqual({ received: true, duplicate: true })
  })

  it.each([
    ['pg', new pg.Pool({ connectionString: postgresUrl, max: 1 })],
    ['postgres.js', postgres(postgresUrl, { max: 1, onnotice() {} })],
  ] as const)(
    'a listener that holds the last client of the pool does not wait for a renewal that needs it, %s',
    async (_name, small) => {
      const dedupe = createPostgresDedupeStore(small, { table, leaseMs: 300 })
      const webhooks = createKoyweWebhooks(secret, { dedupe, logger: createMemoryLog() })
      webhooks.onAny(async (_event, delivery) => {
        const complete = async (client: PgClient | PostgresJsClient) => {
          await delay(150) // a renewal is due
          await completeIn(delivery, client)
        }
        if ('begin' in small) return void (await small.begin(complete))
        const client = await small.connect()
        await client.query('begin')
        await complete(client)
        await client.query('commit')
        client.release()
      })
      const answer = await webhooks.handle(requestOf(signedEvent({ orderId: randomUUID() })))
      expect(answer).toMatchObject({ status: 200 })
      await webhooks.idle()
      await small.end()
    },
  )

  it('does not treat an event as done when its listener returned the client without committing', async () => {
    const single = new pg.Pool({ connectionString: postgresUrl, max: 1 })
    const dedupe = createPostgresDedupeStore(single, { table })
    const logger = createMemoryLog()
    const webhooks = createKoyweWebhooks(secret, { dedupe, logger })
    webhooks.onAny(async (_event, delivery) => {
      const client = await single.connect()
      await client.query('begin')
      await completeIn(delivery, client)
      client.release()
    })
    const body = signedEvent({ orderId: randomUUID() })
    const answer = await webhooks.handle(requestOf(body))
    expect(answer).toMatchObject({ status: 500, body: '{"error":"handler_failed"}' })
    const said = logger.errors.join()
    expect(said).toContain('its transaction has not committed')
    expect(said).toContain('the transaction in which it called completeIn is still open')
    expect(said).not.toContain('is done')
    const copy = await webhooks.handle(requestOf(body))
    expect(copy).toMatchObject({ status: 503, body: '{"error":"in_progress"}' })
    await single.end()
  })

  it('works when every transaction is serializable', { timeout: 60_000 }, async () => {
    const options = '-c default_transaction_isolation=serializable'
    const strict = new pg.Pool({ connectionString: postgresUrl, max: 10, options })
    const store = createPostgresDedupeStore(strict, { table })
    const keys = Array.from({ length: 300 }, () => randomUUID())
    await Promise.all(keys.map(async (key) => (await claimed(store, key)).complete()))
    const states = await Promise.all(keys.map(async (key) => (await store.claim(key)).state))
    expect(new Set(states)).toEqual(new Set(['done']))
    await strict.end()
  })

  it('works with a client that renames columns, and says so when one changes more', async () => {
    const renaming = postgres(postgresUrl, { max: 1, transform: postgres.toPascal })
    await claimed(createPostgresDedupeStore(renaming, { table }), randomUUID())
    await renaming.end()
    const changing = {
      query: async (text: string, values: string[]) => (await pool.query(text, values)).rows,
    }
    const store = createPostgresDedupeStore(changing as never, { table })
    await expect(store.claim(randomUUID())).rejects.toThrow('without a wrapper')
  })

  it('refuses an unknown option and names the nearest', async () => {
    expect(() => createPostgresDedupeStore(pool, { tabel: table } as never)).toThrow(
      new TypeError('Unknown option `tabel` of createPostgresDedupeStore; did you mean `table`?'),
    )
    await expect(migrateKoyweDedupe(pool, { Table: table } as never)).rejects.toThrow(
      new TypeError('Unknown option `Table` of migrateKoyweDedupe; did you mean `table`?'),
    )
    await expect(migrateKoyweDedupe(pool, table as never)).rejects.toThrow(
      'The options of migrateKoyweDedupe must be an object, not a string.',
    )
  })

  it('completes only claims of a Postgres store', async () => {
    const claim = await claimed(createMemoryDedupeStore(), 'key')
    await expect(completeIn({ claim }, lone)).rejects.toThrow(TypeError)
  })

  describe('the table', () => {
    it('can be created by ten servers at the same time, and again', async () => {
      const own = `${schema}.started_together`
      await Promise.all(
        Array.from({ length: 10 }, (_, index) =>
          migrateKoyweDedupe(index % 2 ? pool : sql, { table: own }),
        ),
      )
      await claimed(createPostgresDedupeStore(pool, { table: own }), 'key')
    })

    it('can be used by a role that may not create it', async () => {
      const role = `${schema}_user`
      const client = await pool.connect()
      await client.query(`create role ${role}; grant usage on schema ${schema} to ${role};
        grant select, insert, update, delete on ${table} to ${role}; set role ${role}`)
      await migrateKoyweDedupe(client, { table })
      await (await claimed(createPostgresDedupeStore(client, { table }), randomUUID())).complete()
      const another = { table: `${schema}.another` }
      await expect(migrateKoyweDedupe(client, another)).rejects.toThrow('permission denied')
      await client.query(`reset role; drop owned by ${role}; drop role ${role}`)
      client.release()
    })

    it('can be created by the exported SQL', async () => {
      await lone.query(koyweDedupeTable(`${schema}.From_Sql$1`))
      await claimed(createPostgresDedupeStore(sql, { table: `${schema}.From_Sql$1` }), 'key')
    })

    it('loses its expired rows to the first completion of a store, and keeps all others', async () => {
      const own = `${schema}.cleaned`
      await migrateKoyweDedupe(sql, { table: own })
      await lone.query(`insert into ${own}
        select age, gen_random_uuid(), true, now() - age::interval from unnest(array['2 days', '25 hours', '23 hours', '-1 day']) age`)
      const claim = await claimed(createPostgresDedupeStore(pool, { table: own }), 'new')
      await claim.complete()
      const { rows } = await lone.query(`select key from ${own} order by key`)
      expect(rows).toEqual([{ key: '-1 day' }, { key: '23 hours' }, { key: 'new' }])
    })

    it('keeps `delivery.id` unchanged, for operators to find', async () => {
      const id = 'ab'.repeat(32)
      await claimed(createPostgresDedupeStore(pool, { table }), id)
      expect((await lone.query(`select from ${table} where key = $1`, [id])).rowCount).toBe(1)
    })

    it('must have a plain name', () => {
      for (const wrong of [
        '',
        'a b',
        'a"b',
        "a'b",
        'a;b',
        'a.b.c',
        '.a',
        'a.',
        '1a',
        'ñ',
        'x'.repeat(57),
        7,
        null,
      ]) {
        expect(() => koyweDedupeTable(wrong as never)).toThrow(TypeError)
        expect(() => createPostgresDedupeStore(pool, { table: wrong as never })).toThrow(/table/)
      }
    })
  })

  it('refuses unknown kinds of clients and infinite times at once', () => {
    for (const wrong of [undefined, null, {}, { query: 'text' }, postgresUrl]) {
      expect(() => createPostgresDedupeStore(wrong as never)).toThrow(/Pool or Client/)
    }
    expect(() => createPostgresDedupeStore(pool, { ttlMs: Number.POSITIVE_INFINITY })).toThrow(
      /ttlMs/,
    )
  })
})

/** Fails if something waits for the open transaction instead of answering. */
function promptly<T>(work: T | Promise<T>): Promise<T> {
  const late = delay(4000, undefined, { ref: false }).then(() => {
    throw new Error('it waited for the transaction')
  })
  return Promise.race([work, late])
}
