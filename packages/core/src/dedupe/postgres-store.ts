import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { checkOptions } from '../setup/options.js'
import { createPostgresClaim } from './postgres-claim.js'
import {
  isAnswer,
  isConflict,
  isMissingTable,
  type PgClient,
  type PostgresJsClient,
  type Run,
  runner,
} from './postgres-client.js'
import { createStatements, quoteTable } from './postgres-statements.js'
import {
  type DedupeStore,
  type DedupeStoreOptions,
  dedupeDefaults,
  dedupeOptions,
} from './store.js'
import { isForgetAnswer, readInProgress, storedKey, storeTimes } from './stored-form.js'

/** Which table the store uses. */
export interface PostgresTableOptions {
  /** The table, optionally with its schema: `name` or `schema.name`, case-sensitive. Default: `koywe_deliveries`. */
  readonly table?: string
}

/** Options of the Postgres store. */
export interface PostgresDedupeStoreOptions extends DedupeStoreOptions, PostgresTableOptions {}

const defaultTable = 'koywe_deliveries'

/** How many completions of one store there are between two clean-ups. */
const cleanUpEvery = 1000

/** How many times to try a statement that conflicts with another transaction. */
const attempts = 20

/**
 * Returns the SQL that creates the store's table if it does not exist, for your own migrations.
 *
 * @throws {TypeError} when `table` is not a plain name.
 */
export function koyweDedupeTable(table: string = defaultTable): string {
  const { quoted, index } = quoteTable(table)
  return `create table if not exists ${quoted} (
  key text primary key,
  token uuid not null,
  done boolean not null,
  until timestamptz not null
);
create index if not exists ${index} on ${quoted} (until);
`
}

/**
 * Creates the store's table if it does not exist. Several servers may call it at the same time.
 *
 * @throws {TypeError} when `table` is not a plain name, or an option is unknown.
 *
 * @example
 * ```ts
 * import { migrateKoyweDedupe } from '@x/koywe-core/postgres'
 * import { Pool } from 'pg'
 *
 * await migrateKoyweDedupe(new Pool(), { table: 'shop.koywe_deliveries' })
 * ```
 */
export async function migrateKoyweDedupe(
  client: PgClient | PostgresJsClient,
  options: PostgresTableOptions = {},
): Promise<void> {
  checkOptions(options, ['table'], 'migrateKoyweDedupe')
  const { table = defaultTable } = options
  const sql = koyweDedupeTable(table)
  const run = runner(client)
  // A role without permission to create tables can still start if the table exists.
  if (await run(`select to_regclass('${quoteTable(table).quoted}')::text as existing`)) return
  // Without the lock, two servers that start together could both find no table, and one would fail.
  await run(`select pg_advisory_xact_lock(hashtext('${table}'));\n${sql}`)
}

/**
 * Creates a store that remembers events in PostgreSQL, so that all servers with the same table share one memory. Every operation is
 * one statement, timed by the database and never by a server's clock. Create the table once with {@link migrateKoyweDedupe} or
 * {@link koyweDedupeTable}.
 *
 * - **Once.** An event that is done is not handled again, and never by two servers at once within a lease, which the receiver renews
 *   while listeners run. With `completeIn` the listener's writes and "done" are one commit, so no crash makes them count twice.
 * - **Nothing lost.** When PostgreSQL is down, slow or failing, the receiver answers 503 `store_unavailable` with Retry-After, starts
 *   no listener, and recovers by itself. Set time limits on your pool: in pg `connectionTimeoutMillis` and `statement_timeout`. With
 *   `query_timeout` alone, pg gives up on a claim that the database may still grant.
 * - **No waiting for your transactions.** A duplicate that arrives while one is open gets 503 `in_progress` at once, even after the
 *   lease. Set `idle_in_transaction_session_timeout`, so that PostgreSQL ends the transactions of hung processes.
 * - **What the database forgets** is handled again: after a crash with `synchronous_commit = off`, or a failover to a lagging replica.
 *
 * Completions delete rows a day after they expire: the first completion of each store does, and then every thousandth.
 *
 * @param client Your own pg Pool, or postgres.js `sql`. Add a listener for a Pool's `error` event. A single pg Client is fine for a
 * test: it does not reconnect, and your listeners must not open transactions on it.
 * @throws {TypeError} when the client is of another kind, or an option is wrong or unknown.
 *
 * @example
 * ```ts
 * import { createKoyweWebhooks } from '@x/koywe-core'
 * import { createPostgresDedupeStore } from '@x/koywe-core/postgres'
 * import { Pool } from 'pg'
 *
 * const pool = new Pool({ connectionTimeoutMillis: 2000, statement_timeout: 4000 })
 * pool.on('error', (error) => console.error(error))
 * const dedupe = createPostgresDedupeStore(pool)
 * const webhooks = createKoyweWebhooks(process.env.KOYWE_WEBHOOK_SECRET ?? '', { dedupe })
 * ```
 */
export function createPostgresDedupeStore(
  client: PgClient | PostgresJsClient,
  options: PostgresDedupeStoreOptions = {},
): Required<DedupeStore> {
  checkOptions(options, [...dedupeOptions, 'table'], 'createPostgresDedupeStore')
  const { table = defaultTable, leaseMs = dedupeDefaults.leaseMs } = options
  const { lease, ttl } = storeTimes(options)
  const statements = createStatements(table)
  const ask = runner(client)
  let completions = 0

  const run: Run = async (text, ...values) => {
    for (let attempt = 1; ; attempt++) {
      try {
        const answer = await ask(text, ...values)
        if (answer !== 'busy' || attempt === attempts) return answer
      } catch (error) {
        if (isMissingTable(error)) throw missingTable(table, error)
        if (!isConflict(error) || attempt === attempts) throw error
      }
      await delay(Math.random() * Math.min(5 * 2 ** attempt, 500), undefined, { ref: false })
    }
  }

  async function onCompleted(): Promise<void> {
    if (completions++ % cleanUpEvery !== 0) return
    // Only housekeeping: the event is recorded, and the next clean-up deletes what this one left.
    await run(statements.cleanUp).catch(() => {})
  }

  return {
    async claim(unsafeKey) {
      const key = storedKey(unsafeKey)
      const token = randomUUID()
      const state = await run(statements.claim, key, token, lease).catch((error: unknown) => {
        // The claim may have succeeded before the connection broke. Released, the sender's retry need not wait for the lease.
        if (!isAnswer(error)) ask(statements.release, key, token).catch(() => {})
        throw error
      })
      if (state === 'claimed') {
        return createPostgresClaim({
          key,
          token,
          lease,
          ttl,
          leaseMs,
          run,
          statements,
          onCompleted,
        })
      }
      if (state === 'done') return { state }
      const held = readInProgress(state)
      if (held) return held
      throw strange(state)
    },
    async forget(key) {
      const answer = await run(statements.forget, storedKey(key))
      if (isForgetAnswer(answer)) return answer
      throw strange(answer)
    },
  }
}

/** The error for an answer that no statement of ours gives. */
function strange(answer: unknown): TypeError {
  return new TypeError(
    `The Postgres client answered ${JSON.stringify(answer)}. Give the store a Pool of pg or the \`sql\` of postgres.js, without a wrapper.`,
  )
}

/** Keeps the fields of the database's error. */
function missingTable(table: string, error: unknown): Error {
  const message = `The table ${table} does not exist. Create it once, with migrateKoyweDedupe or the SQL of koyweDedupeTable`
  return Object.assign(new Error(message, { cause: error }), { severity: 'ERROR', code: '42P01' })
}
