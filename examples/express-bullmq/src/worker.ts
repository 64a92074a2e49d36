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
    await delay(300) // stands for your slow work: an e-mail, a call to another service
    await applyEvent(redis, data)
  },
  {
    connection: { url: REDIS_URL, maxRetriesPerRequest: null }, // a worker waits for Redis to come back
    prefix: REDIS_PREFIX,
    concurrency: 5,
    // A job belongs to a worker for 10 seconds, renewed while it runs. One that was killed loses it, and another takes over.
    lockDuration: 10_000,
    stalledInterval: 5_000,
    maxStalledCount: 10, // by default a job fails for good when its worker dies a second time
  },
)
worker
  .on('failed', (job, { message }) => console.error(`job ${job?.id} failed: ${message}`))
  .on('error', ({ message }) => console.error(`worker: ${message}`))
await worker.waitUntilReady()
console.log('working')

for (const signal of ['SIGTERM', 'SIGINT']) {
  process.once(signal, async () => {
    // Without Redis it would wait for ever; what is cut off starts again.
    setTimeout(() => process.exit(1), 10_000).unref()
    await worker.close() // waits for the jobs that run
    redis.disconnect()
  })
}
