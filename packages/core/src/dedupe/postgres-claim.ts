import { KoyweError } from '../errors.js'
import { type PgClient, type PostgresJsClient, type Run, runner } from './postgres-client.js'
import type { PostgresStatements } from './postgres-statements.js'
import { type Claim, claimLost } from './store.js'

/** What a claim of the Postgres store is made of. */
export interface PostgresClaimParts {
  readonly key: string
  readonly token: string
  /** Milliseconds, as text. */
  readonly lease: string
  /** Milliseconds, as text. */
  readonly ttl: string
  readonly leaseMs: number
  /** Runs a statement in a transaction of its own. */
  readonly run: Run
  readonly statements: PostgresStatements
  onCompleted(): Promise<void>
}

/** A claim's own key to its transaction. A registered symbol, so that two copies of this package understand each other. */
const inTransaction = Symbol.for('@x/koywe-core.completeIn')

/** A claim that can also be completed in a transaction. */
export interface PostgresClaim extends Claim {
  [inTransaction](client: PgClient | PostgresJsClient): Promise<void>
}

/** Makes the claim that the holder of `token` has. */
export function createPostgresClaim(parts: PostgresClaimParts): PostgresClaim {
  const { key, token, lease, ttl, leaseMs, run, statements, onCompleted } = parts
  // From completeIn on only the commit of the listener's transaction completes the event.
  let completion: 'here' | 'by the commit' | 'unknown' = 'here'
  // What the last completeIn has rejected with.
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
        // A transaction with one snapshot cannot write a row that was renewed after it.
        await extending
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
 * Completes a delivery in the listener's own transaction: what the listener writes there and "done" commit together or not at all.
 * Call it in the transaction, outside of any savepoint that may be rolled back alone; await the commit before the listener ends;
 * and let errors pass, so that the transaction is rolled back.
 *
 * From this call on only that commit completes the event, so give such an event one listener (`onAny` counts too): when anything
 * fails after the commit, the event is done all the same and its retry is a duplicate. In a transaction that is `repeatable read` or
 * `serializable` and takes longer than a third of the lease, call it first: it conflicts with a renewal that came after the snapshot.
 *
 * @param delivery What the listener got as its second argument.
 * @param transaction The pg client on which you have run `BEGIN`, or the `sql` that postgres.js hands to `sql.begin(sql => …)`. It
 * must reach the database that holds the store's table.
 * @throws {Error} when the lease ran out and another has claimed the event since: roll back, the other one handles it.
 * @throws {TypeError} when the delivery was claimed in another store, or no transaction has been begun on the client.
 */
export async function completeIn(
  delivery: { readonly claim: Claim },
  transaction: PgClient | PostgresJsClient,
): Promise<void> {
  const claim: Claim & Partial<PostgresClaim> = delivery.claim
  if (typeof claim[inTransaction] !== 'function') {
    throw new TypeError(
      'completeIn needs a delivery whose receiver has `dedupe: createPostgresDedupeStore(…)`; this one was claimed in another store or in none.',
    )
  }
  await claim[inTransaction](transaction)
}

/** Without the commit the event was not handled, so its sender must retry: the receiver answers like after a failed listener. */
function notCommitted(): KoyweError {
  return new KoyweError(
    'handler_failed',
    'completeIn was called, but its transaction has not committed. Await the commit before the listener ends, and let the ' +
      'error of a rollback pass.',
  )
}

function notCompleted(cause: unknown): KoyweError {
  return new KoyweError(
    'handler_failed',
    `completeIn has failed, and the listener swallowed its error, so this delivery has not completed the event: ${cause} Let the ` +
      'error pass, so that the transaction is rolled back.',
    { cause },
  )
}

/** Unlike after any other listener, a retry is harmless here: when the commit went through, it is a duplicate. */
function outcomeUnknown(cause: unknown): KoyweError {
  return new KoyweError(
    'store_unavailable',
    `Whether the listener's transaction has committed could not be read: ${cause}. The sender was told to retry.`,
    { cause },
  )
}

function noTransaction(): TypeError {
  return new TypeError(
    'completeIn needs a client on which a transaction is open: one from `pool.connect()` after `BEGIN`, or the `sql` that ' +
      '`sql.begin(async (sql) => …)` hands over. Anything else would commit "done" by itself.',
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
    "Another transaction holds the event's row in the store's table. Nothing but the store may lock or change its rows.",
  )
}
