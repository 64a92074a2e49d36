import { setTimeout as delay } from 'node:timers/promises'
import { KoyweError } from '../errors.js'
import { type PgClient, type PostgresJsClient, type Run, runner } from './postgres-client.js'
import type { PostgresStatements } from './postgres-statements.js'
import { type Claim, claimLost } from './store.js'

/** The parts of a claim of the Postgres store. */
export interface PostgresClaimParts {
  readonly key: string
  readonly token: string
  /** Milliseconds, as text. */
  readonly lease: string
  /** Milliseconds, as text. */
  readonly ttl: string
  readonly leaseMs: number
  /** Runs a statement in its own transaction. */
  readonly run: Run
  readonly statements: PostgresStatements
  onCompleted(): Promise<void>
}

/** The claim's method for `completeIn`. A registered symbol, so that two copies of this package work together. */
const inTransaction = Symbol.for('@x/koywe-core.completeIn')

/** How long completeIn waits for a renewal. */
const renewedWithinMs = 1000

/** A claim that can also be completed in a transaction. */
export interface PostgresClaim extends Claim {
  [inTransaction](client: PgClient | PostgresJsClient): Promise<void>
}

/** Creates the claim held by `token`. */
export function createPostgresClaim(parts: PostgresClaimParts): PostgresClaim {
  const { key, token, lease, ttl, leaseMs, run, statements, onCompleted } = parts
  // After completeIn, only the commit of the listener's transaction completes the event.
  let completion: 'here' | 'by the commit' | 'unknown' = 'here'
  // What the last completeIn rejected with.
  let refusal: unknown
  let ended = false
  let completing = false
  let extending: Promise<unknown> | undefined

  async function completeThere(client: PgClient | PostgresJsClient): Promise<void> {
    const runThere = runner(client)
    const transaction = String(await runThere(statements.transaction))
    const state = await runThere(statements.completeIn, key, token, ttl, transaction)
    if (state === 'outside') throw noTransaction()
    if (state !== 'done') throw claimLost(leaseMs)
  }

  return {
    state: 'claimed',
    leaseMs,
    async extend() {
      if (ended || completing) return
      const extended = run(statements.extend, key, token, lease)
      extending = extended.catch(() => {})
      if ((await extended) !== 'held' && !ended) throw claimLost(leaseMs)
    },
    async complete() {
      ended = true
      if (completion !== 'here') {
        const state = await run(statements.isDone, key, token).catch((cause: unknown) => {
          completion = 'unknown'
          throw outcomeUnknown(cause)
        })
        if (state !== 'done') throw refusal ? notCompleted(refusal) : notCommitted()
        completion = 'here'
      } else {
        const state = await run(statements.complete, key, token, ttl)
        if (state === 'busy') throw rowLocked()
        if (state !== 'done') throw claimLost(leaseMs)
      }
      await onCompleted()
    },
    async release() {
      ended = true
      let state = await run(statements.release, key, token)
      if (state === 'locked' && extending) {
        await extending
        state = await run(statements.release, key, token)
      }
      if (state === 'locked') throw completion === 'here' ? rowLocked() : stillOpen()
      if (state === 'done' && completion === 'by the commit') throw committedAlready()
    },
    async [inTransaction](client) {
      completion = 'by the commit'
      refusal = undefined
      completing = true
      try {
        // A transaction with a single snapshot cannot write a row that was renewed after it. But a renewal may itself be waiting, for
        // a client of the pool, and the transactions that wait for it here may hold all of them.
        if (extending) {
          await Promise.race([extending, delay(renewedWithinMs, undefined, { ref: false })])
        }
        await completeThere(client)
      } catch (error) {
        refusal = error
        throw error
      } finally {
        completing = false
      }
    },
  }
}

/**
 * Completes a delivery in the listener's own transaction: the listener's writes and "done" commit together or not at all. Call it
 * inside the transaction, but outside of any savepoint that may be rolled back; await the commit before the listener ends; and do
 * not swallow errors, so that the transaction is rolled back.
 *
 * From this call on, only that commit completes the event. So give such an event one listener (`onAny` counts): if anything fails
 * after the commit, the event is done anyway and its retry is a duplicate. In a `repeatable read` or `serializable` transaction,
 * call it first: it conflicts with any renewal of the lease after the transaction's snapshot.
 *
 * @param delivery The listener's second argument.
 * @param transaction The pg client on which you ran `BEGIN`, or the `sql` that postgres.js passes to `sql.begin(sql => …)`. It must
 * be connected to the database with the store's table.
 * @throws {Error} when the lease ran out and another server claimed the event: roll back, the other server handles it.
 * @throws {TypeError} when the delivery was claimed in another store, or no transaction is open on the client.
 *
 * @example
 * ```ts
 * import { createKoyweWebhooks } from '@x/koywe-core'
 * import { completeIn, createPostgresDedupeStore } from '@x/koywe-core/postgres'
 * import postgres from 'postgres'
 *
 * const sql = postgres()
 * const dedupe = createPostgresDedupeStore(sql)
 * const webhooks = createKoyweWebhooks(process.env.KOYWE_WEBHOOK_SECRET ?? '', { dedupe })
 * webhooks.on('crypto_delivered', (event, delivery) =>
 *   sql.begin(async (transaction) => {
 *     await transaction`update orders set delivered = true where id = ${event.orderId}`
 *     await completeIn(delivery, transaction) // commits with the update, or not at all
 *   }),
 * )
 * ```
 */
export async function completeIn(
  delivery: { readonly claim: Claim },
  transaction: PgClient | PostgresJsClient,
): Promise<void> {
  const claim: Claim & Partial<PostgresClaim> = delivery.claim
  if (typeof claim[inTransaction] !== 'function') {
    throw new TypeError(
      'completeIn needs a delivery whose receiver has `dedupe: createPostgresDedupeStore(…)`; this one was claimed in another store, or in none.',
    )
  }
  await claim[inTransaction](transaction)
}

/** Without the commit the event was not handled, so its sender must retry: the receiver answers as for a failed listener. */
function notCommitted(): KoyweError {
  return new KoyweError(
    'handler_failed',
    'completeIn was called, but its transaction has not committed. Await the commit before the listener ends, and do not ' +
      'swallow the error of a rollback.',
  )
}

function notCompleted(cause: unknown): KoyweError {
  return new KoyweError(
    'handler_failed',
    `completeIn failed and the listener swallowed its error, so the event is not completed: ${cause} Rethrow the error, so that ` +
      'the transaction is rolled back.',
    { cause },
  )
}

/** Here a retry is harmless: if the commit went through, it is a duplicate. */
function outcomeUnknown(cause: unknown): KoyweError {
  return new KoyweError(
    'store_unavailable',
    `The store could not check whether the listener's transaction committed: ${cause}. The sender was asked to retry.`,
    { cause },
  )
}

function noTransaction(): TypeError {
  return new TypeError(
    'completeIn needs a client on which a transaction is open: one from `pool.connect()` after `BEGIN`, or the `sql` that ' +
      '`sql.begin(async (sql) => …)` passes in. Any other client would commit "done" on its own.',
  )
}

function committedAlready(): Error {
  return new Error(
    'The event was committed with completeIn before this failure: it is done and will not be handled again. Make the commit the ' +
      "last step of the event's only listener.",
  )
}

function stillOpen(): Error {
  return new Error(
    'The listener has ended, but the transaction in which it called completeIn is still open. Until it ends, every retry is ' +
      'answered 503. Await the commit or the rollback before the listener ends.',
  )
}

function rowLocked(): Error {
  return new Error(
    "Another transaction has locked the event's row in the store's table. Only the store may lock or change its rows.",
  )
}
