import { Worker } from 'bullmq'
import { applyEvent } from './orders.js'
import { type PaymentsJob, queueName } from './queue.js'
import { connectRedis, REDIS_PREFIX, REDIS_URL } from './redis.js'

const redis = await connectRedis()

const worker = new Worker<PaymentsJob>(
  queueName,
  async ({ data: { event, deliveryId } }) => {
    // Every endpoint gets all events of the organization: an order that is not ours is no error.
    const isOurs = await applyEvent(redis, event, deliveryId)
    console.log(`event ${event.type} ${deliveryId}${isOurs ? '' : ', no order of ours'}`)
  },
  {
    connection: { url: REDIS_URL, maxRetriesPerRequest: null }, // keep reconnecting while Redis is down
    prefix: REDIS_PREFIX,
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
