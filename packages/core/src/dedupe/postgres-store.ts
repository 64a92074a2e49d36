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
import { readInProgress, storedKey, storeTimes } from './stored-form.js'

/** Where the store's table is. */
export interface PostgresTableOptions {
  /** The table, optionally with its schema: `name` or `schema.name`, case kept. Default: `koywe_deliveries`. */
  readonly table?: string
}

/** Options of the Postgres store. */
export interface PostgresDedupeStoreOptions extends DedupeStoreOptions, PostgresTableOptions {}

const defaultTable = 'koywe_deliveries'

/** How many completions of one store lie between two clean-ups. */
const cleanUpEvery = 1000

/** How often a statement is tried that others are in the way of. */
const attempts = 20

/**
 * The SQL that creates the store's table where it does not exist, for your own migrations.
 *
 * @throws {TypeError} when `table` is no plain name.
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
 * Creates the store's table where it does not exist. Several servers may do so at the same time.
 *
 * @throws {TypeError} when `table` is no plain name, or another option is given.
 */
export async function migrateKoyweDedupe(
  client: PgClient | PostgresJsClient,
  options: PostgresTableOptions = {},
): Promise<void> {
  checkOptions(options, ['table'], 'migrateKoyweDedupe')
  const { table = defaultTable } = options
  const sql = koyweDedupeTable(table)
  const run = runner(client)
  // A role that may not create tables can still start where one is.
  if (await run(`select to_regclass('${quoteTable(table).quoted}')::text as existing`)) return
  // Without the lock, two servers that start together can both find no table, and one fails.
  await run(`select pg_advisory_xact_lock(hashtext('${table}'));\n${sql}`)
}

/**
 * Remembers events in PostgreSQL, so that all servers with the same table share one memory. Every operation is one statement, timed
 * by the database and never by a server's clock. Create the table once with {@link migrateKoyweDedupe} or {@link koyweDedupeTable}.
 *
 * - **Once.** An event that the table holds as done is not handled again, and never by two servers at once within a lease, which the
 *   receiver renews while the listeners run. With `completeIn` the listener's writes and "done" are one commit: then no crash, at
 *   whatever moment, lets them count twice.
 * - **Nothing lost.** When PostgreSQL is down, slow or failing, the receiver answers 503 `store_unavailable` with Retry-After, starts
 *   no listener and recovers by itself. Give your pool time limits: with pg `connectionTimeoutMillis` and `statement_timeout`. With
 *   `query_timeout` alone, pg gives up on a claim that the database may still grant.
 * - **Nothing waits for your transactions.** A copy that comes while one is open is answered 503 `in_progress` at once, also after the
 *   lease. PostgreSQL's `idle_in_transaction_session_timeout` ends those of a process that hangs.
 * - **What the database forgets** is handled again: `synchronous_commit = off` and a crash, or a failover to a replica that lags.
 *
 * Expired rows are deleted a day after their time by the completions themselves, at the first of each store and at every thousandth.
 *
 * @param client Your own pg Pool, or postgres.js `sql`. Give a Pool a listener for its `error` event. A pg Client will do for a test: it
 * does not connect again when its connection is lost, and must not be one on which your listeners open transactions.
 * @throws {TypeError} when the client is of another kind or an option is wrong.
 */
export function createPostgresDedupeStore(
  client: PgClient | PostgresJsClient,
  options: PostgresDedupeStoreOptions = {},
): DedupeStore {
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
    // Only tidiness: the event is noted, and the next clean-up takes what this one has left.
    await run(statements.cleanUp).catch(() => {})
  }

  return {
    async claim(unsafeKey) {
      const key = storedKey(unsafeKey)
      const token = randomUUID()
      const state = await run(statements.claim, key, token, lease).catch((error: unknown) => {
        // It may have been claimed before the connection broke; then the sender's retry need not wait for the lease.
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
      throw new TypeError(
        `The Postgres client answered ${JSON.stringify(state)}. Give the store a Pool of pg or the \`sql\` of postgres.js, without a wrapper.`,
      )
    },
  }
}

/** Keeps the fields of the database's answer. */
function missingTable(table: string, error: unknown): Error {
  const message = `The table ${table} does not exist. Create it once, with migrateKoyweDedupe or the SQL of koyweDedupeTable`
  return Object.assign(new Error(message, { cause: error }), { severity: 'ERROR', code: '42P01' })
}
