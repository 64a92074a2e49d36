import { setTimeout as delay } from 'node:timers/promises'
import { openDatabase } from './database.js'
import { inTransaction } from './in-transaction.js'
import { applyEvent } from './orders.js'
import { completeJob, type KoyweJob, queueName, startBoss } from './queue.js'

const pool = await openDatabase()
const boss = await startBoss(pool)

async function handle(id: string, job: KoyweJob): Promise<void> {
  console.log(`event ${job.event.eventName} order ${job.event.orderId}`)
  await delay(300) // stands for your slow work: an e-mail, a call to another service
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
    const failed = handled.flatMap((job) => (job.status === 'rejected' ? [job.reason] : []))
    for (const error of failed) console.error(`job failed: ${error}`)
    // Those that are done have said so themselves; the others are tried again, and keep this message.
    if (failed.length > 0) throw new Error(failed.join('; '))
  },
)
console.log('working')

// pg-boss does not await its own note that a job has ended. Where the database is away just then, the job expires and is tried again.
process.on('unhandledRejection', (error) => console.error(`queue: ${error}`))

for (const signal of ['SIGTERM', 'SIGINT']) {
  process.once(signal, async () => {
    // Without PostgreSQL it would wait for ever; what is cut off starts again.
    setTimeout(() => process.exit(1), 10_000).unref()
    await boss.stop() // waits for the jobs that run
    await pool.end()
  })
}
