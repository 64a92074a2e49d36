import type { KoyweEvent, UnknownKoyweEvent } from '@x/koywe-fastify'
import type { ClientBase, Pool } from 'pg'
import PgBoss from 'pg-boss'
import { inTransaction } from './in-transaction.js'

/** What the worker receives. */
export interface KoyweJob {
  readonly deliveryId: string
  readonly event: KoyweEvent | UnknownKoyweEvent
}

export const queueName = 'koywe'

const days = 24 * 60 * 60

/** Starts pg-boss, which creates its own schema if it does not exist. */
export async function startBoss(pool: Pool): Promise<PgBoss> {
  const boss = new PgBoss({
    db: connectionOf(pool),
    schedule: false,
    maintenanceIntervalSeconds: 5, // how often to look for jobs whose worker died
    archiveCompletedAfterSeconds: 7 * days, // how long duplicates are recognised
    archiveFailedAfterSeconds: 365 * days, // keep jobs that failed for good, for you to inspect
  })
  boss.on('error', ({ message }) => console.error(`queue: ${message}`))
  // In turn: the server and the worker may start together, and pg-boss fails when another creates its schema just then.
  await inTransaction(pool, async (client) => {
    await client.query("select pg_advisory_xact_lock(hashtext('koywe_example'))")
    await boss.start()
    await boss.createQueue(queueName, {
      name: queueName,
      retryLimit: 12, // over one to two hours
      retryDelay: 1, // seconds
      retryBackoff: true,
      expireInSeconds: 10, // a job that takes longer goes to another worker
      retentionMinutes: 365 * 24 * 60,
    })
  })
  return boss
}

/**
 * Hands an event to the worker. Its duplicates share one `delivery.id`, so they become one job.
 *
 * @throws {Error} when the queue did not accept the job: the webhook then fails, and Koywe can retry it.
 */
export async function enqueue(boss: PgBoss, job: KoyweJob): Promise<void> {
  const id = jobIdOf(job.deliveryId)
  const sent = await boss.send(queueName, job, { id })
  // `send` also returns null when the queue was deleted, not only for a duplicate.
  if (sent === null && (await boss.getJobById(queueName, id)) === null) {
    throw new Error(`the queue ${queueName} has not taken job ${id}`)
  }
}

/** Completes a job in the caller's transaction. */
export function completeJob(client: ClientBase, boss: PgBoss, jobId: string): Promise<void> {
  // Without an output as third argument, pg-boss would take the options for it and use its own connection.
  return boss.complete(queueName, jobId, {}, { db: connectionOf(client) })
}

function connectionOf(client: ClientBase | Pool): PgBoss.Db {
  return { executeSql: (text, values) => client.query(text, values) }
}

/** pg-boss wants UUIDs as job ids: this is the first half of `delivery.id`, which is a SHA-256. */
function jobIdOf(deliveryId: string): string {
  return deliveryId.slice(0, 32).replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
}
