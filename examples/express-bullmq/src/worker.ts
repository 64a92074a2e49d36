import { setTimeout as delay } from 'node:timers/promises'
import { Worker } from 'bullmq'
import { applyEvent } from './orders.js'
import { type KoyweJob, queueName } from './queue.js'
import { connectRedis, REDIS_PREFIX, REDIS_URL } from './redis.js'

const redis = await connectRedis()

const worker = new Worker<KoyweJob>(
  queueName,
  async ({ data }) => {
    console.log(`event ${data.event.eventName} order ${data.event.orderId}`)
    await delay(300) // stand-in for slow work, such as an e-mail or a call to another service
    await applyEvent(redis, data)
  },
  {
    connection: { url: REDIS_URL, maxRetriesPerRequest: null }, // keep reconnecting while Redis is down
    prefix: REDIS_PREFIX,
    concurrency: 5,
    // A worker locks a job for 10 seconds and renews the lock while it runs. When it is killed, another takes over.
    lockDuration: 10_000,
    stalledInterval: 5_000,
    maxStalledCount: 10, // the default, 1, fails a job for good when its worker dies a second time
  },
)
worker
  .on('failed', (job, { message }) => console.error(`job ${job?.id} failed: ${message}`))
  .on('error', ({ message }) => console.error(`worker: ${message}`))
await worker.waitUntilReady()
console.log('working')

for (const signal of ['SIGTERM', 'SIGINT']) {
  process.once(signal, async () => {
    // Without Redis the shutdown would hang. A job that is cut off runs again from the start.
    setTimeout(() => process.exit(1), 10_000).unref()
    await worker.close() // waits for running jobs
    redis.disconnect()
  })
}
