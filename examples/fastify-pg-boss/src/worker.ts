import { setTimeout as delay } from 'node:timers/promises'
import { openDatabase } from './database.js'
import { inTransaction } from './in-transaction.js'
import { applyEvent } from './orders.js'
import { completeJob, type KoyweJob, queueName, startBoss } from './queue.js'

const pool = await openDatabase()
const boss = await startBoss(pool)

async function handle(id: string, job: KoyweJob): Promise<void> {
  console.log(`event ${job.event.eventName} order ${job.event.orderId}`)
  await delay(300) // stand-in for slow work, such as an e-mail or a call to another service
  await inTransaction(pool, async (client) => {
    await applyEvent(client, job)
    await completeJob(client, boss, id)
  })
}

await boss.work<KoyweJob>(
  queueName,
  { batchSize: 5, pollingIntervalSeconds: 0.5 },
  async (jobs) => {
    const handled = await Promise.allSettled(jobs.map(({ id, data }) => handle(id, data)))
    const failed = handled.flatMap((job, index) =>
      job.status === 'rejected' ? [`order ${jobs[index]?.data.event.orderId}: ${job.reason}`] : [],
    )
    for (const reason of failed) console.error(`job failed: ${reason}`)
    // Handled jobs have completed themselves; pg-boss retries the others and stores this message.
    if (failed.length > 0) throw new Error(failed.join('; '))
  },
)
console.log('working')

// pg-boss does not await its own update when a job ends. If the database is down just then, the job expires and is retried.
process.on('unhandledRejection', (error) => console.error(`queue: ${error}`))

for (const signal of ['SIGTERM', 'SIGINT']) {
  process.once(signal, async () => {
    // Without PostgreSQL the shutdown would hang. A job that is cut off runs again from the start.
    setTimeout(() => process.exit(1), 10_000).unref()
    await boss.stop() // waits for running jobs
    await pool.end()
  })
}
