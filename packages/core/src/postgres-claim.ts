import { type ClaimedClaim, claimLost } from './dedupe.js'
import type { Delivery } from './delivery.js'
import { KoyweError } from './errors.js'
import { type PgClient, type PostgresJsClient, type Run, runner } from './postgres-client.js'
import type { PostgresStatements } from './postgres-statements.js'

/** What a claim of the Postgres store is made of. */
export interface PostgresClaimParts {
  readonly key: string
  readonly token: string
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
export interface PostgresClaim extends ClaimedClaim {
  [inTransaction](client: PgClient | PostgresJsClient): Promise<void>
}

/** Makes the claim that the holder of `token` has. */
export function createPostgresClaim(parts: PostgresClaimParts): PostgresClaim {
  const { key, token, ttl, leaseMs, run, statements, onCompleted } = parts
  // From completeIn on only the commit of the listener's transaction completes the event.
  let completion: 'here' | 'by the commit' | 'unknown' = 'here'

  return {
    state: 'claimed',
    async complete() {
      if (completion !== 'here') {
        const state = await run(statements.isDone, key, token).catch((cause: unknown) => {
          completion = 'unknown'
          throw outcomeUnknown(cause)
        })
        if (state !== 'done') throw notCommitted()
        completion = 'here'
      } else if ((await run(statements.complete, key, token, ttl)) !== 'done') {
        throw claimLost(leaseMs)
      }
      await onCompleted()
    },
    async release() {
      const state = await run(statements.release, key, token)
      if (state === 'locked') throw stillOpen()
      if (state === 'done' && completion === 'by the commit') throw committedAlready()
    },
    async [inTransaction](client) {
      const runThere = runner(client)
      const transaction = String(await runThere(statements.transaction))
      completion = 'by the commit'
      const state = await runThere(statements.completeIn, key, token, ttl, transaction)
      if (state === 'outside') throw noTransaction()
      if (state !== 'done') throw claimLost(leaseMs)
    },
  }
}

/**
 * Completes a delivery in the listener's own transaction: what the listener writes there and "done" commit together or not at all.
 * Call it in the transaction, outside of any savepoint that may be rolled back alone; await the commit before the listener ends;
 * and let errors pass, so that the transaction is rolled back.
 *
 * From this call on only that commit completes the event, so give such an event one listener (`onAny` counts too): when another
 * one fails after the commit, the event is done all the same and does not come back.
 *
 * @param delivery What the listener got as its second argument.
 * @param transaction The pg client on which you have run `BEGIN`, or the `sql` that postgres.js hands to `sql.begin(sql => …)`. It
 * must reach the database that holds the store's table.
 * @throws {Error} when the lease ran out and another has claimed the event since: roll back, the other one handles it.
 * @throws {TypeError} when the delivery was claimed in another store, or no transaction has been begun on the client.
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

/** Unlike after any other listener, a retry is harmless here: when the commit went through, the copy is a duplicate. */
function outcomeUnknown(cause: unknown): KoyweError {
  return new KoyweError(
    'store_unavailable',
    `Whether the listener's transaction has committed could not be read: ${cause}. The sender was told to come back.`,
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
    'A listener has failed after another had committed the event with completeIn, so it is done and does not come again. ' +
      'Give an event that uses completeIn one listener.',
  )
}

function stillOpen(): Error {
  return new Error(
    'The listener has failed, but its transaction is still open. Await the rollback before the listener ends.',
  )
}
