import type { KoyweEvent, UnknownKoyweEvent } from '@x/koywe-fastify'
import type { ClientBase, Pool } from 'pg'
import PgBoss from 'pg-boss'

/** What the worker gets. */
export interface KoyweJob {
  readonly deliveryId: string
  readonly event: KoyweEvent | UnknownKoyweEvent
}

export const queueName = 'koywe'

const days = 24 * 60 * 60

/** Starts pg-boss, which creates its own schema where it does not exist. */
export async function startBoss(pool: Pool): Promise<PgBoss> {
  const boss = new PgBoss({
    db: connectionOf(pool),
    schedule: false,
    maintenanceIntervalSeconds: 5, // how often it looks for jobs whose worker has died
    archiveCompletedAfterSeconds: 7 * days, // as long as copies are known
    archiveFailedAfterSeconds: 365 * days, // what has failed for good waits for you
  })
  boss.on('error', ({ message }) => console.error(`queue: ${message}`))
  await boss.start()
  await boss.createQueue(queueName, {
    name: queueName,
    retryLimit: 12, // in one to two hours
    retryDelay: 1, // seconds
    retryBackoff: true,
    expireInSeconds: 10, // a job that takes longer is given to another worker
    retentionMinutes: 365 * 24 * 60,
  })
  return boss
}

/**
 * Hands an event to the worker. All copies of it have one `delivery.id`, so they become one job.
 *
 * @throws {Error} when the queue has not taken the job: then the webhook fails and can come again.
 */
export async function enqueue(boss: PgBoss, job: KoyweJob): Promise<void> {
  const id = jobIdOf(job.deliveryId)
  const sent = await boss.send(queueName, job, { id })
  // The answer is the same for a copy and for a queue that someone has deleted.
  if (sent === null && (await boss.getJobById(queueName, id)) === null) {
    throw new Error(`the queue ${queueName} has not taken job ${id}`)
  }
}

/** Notes that a job is done as a part of the caller's transaction. */
export function completeJob(client: ClientBase, boss: PgBoss, jobId: string): Promise<void> {
  // Without the third argument, the job's output, pg-boss takes the options for it and uses a connection of its own.
  return boss.complete(queueName, jobId, {}, { db: connectionOf(client) })
}

function connectionOf(client: ClientBase | Pool): PgBoss.Db {
  return { executeSql: (text, values) => client.query(text, values) }
}

/** pg-boss numbers its jobs by UUIDs: the first half of the SHA-256 that is the delivery's id. */
function jobIdOf(deliveryId: string): string {
  return deliveryId.slice(0, 32).replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
}
