import { randomUUID } from 'node:crypto'
import {
  type ClaimedClaim,
  claimLost,
  type DedupeStore,
  type DedupeStoreOptions,
  dedupeDefaults,
} from './dedupe.js'
import type { Delivery } from './delivery.js'
import { storedKey, storeTimes } from './engine-store.js'
import { KoyweError } from './errors.js'
import {
  checkTransaction,
  isAnswer,
  isMissingTable,
  type PgClient,
  type PostgresJsClient,
  type Run,
  runner,
} from './postgres-client.js'
import { createStatements, quoteTable } from './postgres-statements.js'

export type { PgClient, PostgresJsClient } from './postgres-client.js'

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

/** A claim's own key to its transaction. A registered symbol, so that two copies of this package understand each other. */
const inTransaction = Symbol.for('@x/koywe-core.completeIn')

interface PostgresClaim extends ClaimedClaim {
  [inTransaction](client: PgClient | PostgresJsClient): Promise<void>
}

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
 * @throws {TypeError} when `table` is no plain name.
 */
export async function migrateKoyweDedupe(
  client: PgClient | PostgresJsClient,
  { table = defaultTable }: PostgresTableOptions = {},
): Promise<void> {
  const sql = koyweDedupeTable(table)
  // Without the lock, two servers that start together can both find no table, and one fails.
  await runner(client)(`select pg_advisory_xact_lock(hashtext('${table}'));\n${sql}`)
}

/**
 * Remembers events in PostgreSQL, so that all servers with the same table share one memory. Every operation is one statement, timed
 * by the database and never by a server's clock. Create the table once with {@link migrateKoyweDedupe} or {@link koyweDedupeTable}.
 *
 * - **Once.** An event that the table holds as done is not handled again, and never by two servers at once within a lease. With
 *   {@link completeIn} the listener's writes and "done" are one commit: then no crash, at whatever moment, lets them count twice.
 * - **Nothing lost.** PostgreSQL down, slow or failing: the receiver answers 503 `store_unavailable` with Retry-After, starts no
 *   listener and goes on by itself when it is back. Set your pool's time limits (pg: `connectionTimeoutMillis`, `query_timeout`).
 * - **Nothing waits for your transactions.** A copy that comes while one is open is answered 503 `in_progress` at once.
 * - **What the database forgets** is handled again: `synchronous_commit = off` and a crash, or a failover to a replica that lags.
 *
 * Expired rows are deleted a day after their time by the completions themselves, at the first of each store and at every thousandth.
 *
 * @param client Your own pg Pool or Client, or postgres.js `sql`. Give a Pool a listener for its `error` event.
 * @throws {TypeError} when the client is of another kind or an option is wrong.
 */
export function createPostgresDedupeStore(
  client: PgClient | PostgresJsClient,
  options: PostgresDedupeStoreOptions = {},
): DedupeStore {
  const { table = defaultTable, leaseMs = dedupeDefaults.leaseMs } = options
  const { lease, ttl } = storeTimes(options)
  const statements = createStatements(table)
  const ask = runner(client)
  let completions = 0

  const run: Run = (text, ...values) =>
    ask(text, ...values).catch((error: unknown) => {
      throw isMissingTable(error) ? missingTable(table, error) : error
    })

  async function cleanUp(): Promise<void> {
    if (completions++ % cleanUpEvery !== 0) return
    // Only tidiness: the event is noted, and the next clean-up takes what this one has left.
    await run(statements.cleanUp).catch(() => {})
  }

  function createClaim(key: string, token: string): PostgresClaim {
    let transactional = false
    return {
      state: 'claimed',
      async complete() {
        if (transactional) {
          if ((await run(statements.isDone, key, token)) !== 'done') throw notCommitted()
        } else if ((await run(statements.complete, key, token, ttl)) !== 'done') {
          throw claimLost(leaseMs)
        }
        await cleanUp()
      },
      async release() {
        if ((await run(statements.release, key, token)) === 'locked') throw stillOpen()
      },
      async [inTransaction](transaction) {
        checkTransaction(transaction)
        const runThere = runner(transaction)
        transactional = true
        const state = await runThere(statements.completeIn, key, token, ttl)
        if (state !== 'done') throw claimLost(leaseMs)
      },
    }
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
      if (state === 'claimed') return createClaim(key, token)
      return { state: state === 'done' ? 'done' : 'in_progress' }
    },
  }
}

/**
 * Completes a delivery in the listener's own transaction: what the listener writes there and "done" commit together or not at all.
 * Call it in the transaction, await the commit before the listener ends, and let its errors pass, so that the transaction is
 * rolled back.
 *
 * From this call on only that commit completes the event, so give such an event one listener: when another listener fails
 * after the commit, the event is done all the same and does not come back.
 *
 * @param delivery What the listener got as its second argument.
 * @param transaction The pg client on which you have run `BEGIN`, or the `sql` that postgres.js hands to `sql.begin(sql => …)`. It
 * must reach the database that holds the store's table.
 * @throws {Error} when the lease ran out and another has claimed the event since: roll back, the other one handles it.
 * @throws {TypeError} when the delivery was claimed in another store, or `transaction` is no transaction.
 */
export async function completeIn(
  delivery: Pick<Delivery, 'claim'>,
  transaction: PgClient | PostgresJsClient,
): Promise<void> {
  const claim: ClaimedClaim & Partial<PostgresClaim> = delivery.claim
  if (typeof claim[inTransaction] !== 'function') {
    throw new TypeError(
      'completeIn needs a delivery whose receiver has `dedupe: createPostgresDedupeStore(…)`; this one was claimed in another store or in none.',
    )
  }
  await claim[inTransaction](transaction)
}

/** Without the commit the event has not taken effect, so it must come again: the receiver answers like after a failed listener. */
function notCommitted(): KoyweError {
  return new KoyweError(
    'handler_failed',
    'completeIn was called, but its transaction has not committed. Await the commit before the listener ends, and let the ' +
      'error of a rollback pass.',
  )
}

function stillOpen(): Error {
  return new Error(
    'The listener has failed, but its transaction is still open. Await the rollback before the listener ends.',
  )
}

/** Keeps the fields of the database's answer. */
function missingTable(table: string, error: unknown): Error {
  const message = `The table ${table} does not exist. Create it once, with migrateKoyweDedupe or the SQL of koyweDedupeTable`
  return Object.assign(new Error(message, { cause: error }), { severity: 'ERROR', code: '42P01' })
}
