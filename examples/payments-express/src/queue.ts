import { hash } from 'node:crypto'
import type { KoywePaymentsEvent, UnknownKoywePaymentsEvent } from '@x/koywe-express'
import { Queue } from 'bullmq'
import type { Redis } from 'ioredis'
import { REDIS_PREFIX } from './redis.js'

/** What the worker receives. */
export interface PaymentsJob {
  readonly deliveryId: string
  readonly event: KoywePaymentsEvent | UnknownKoywePaymentsEvent
}

export const queueName = 'koywe-payments'

/** The queue as the server uses it. Duplicates and replays of an event share one `delivery.id`, so they become one job. */
export async function openQueue(redis: Redis) {
  const queue = new Queue<PaymentsJob>(queueName, {
    connection: redis,
    prefix: REDIS_PREFIX,
    defaultJobOptions: {
      attempts: 14, // over one to two hours
      backoff: { type: 'exponential', delay: 1000, jitter: 0.5 },
      removeOnComplete: { age: 7 * 24 * 60 * 60 }, // in seconds: how long duplicates are recognised
      removeOnFail: false, // keep jobs that failed for good, for you to inspect
    },
  })
  queue.on('error', ({ message }) => console.error(`queue: ${message}`))
  await queue.waitUntilReady()

  return {
    /** @throws {Error} when Redis did not accept the job: the webhook then fails, and Koywe can retry it. */
    async enqueue(job: PaymentsJob): Promise<void> {
      // Koywe chooses the id. BullMQ refuses an integer and a colon, which a digest never is and never has.
      await queue.add(job.event.type, job, { jobId: hash('sha256', job.deliveryId) })
    },
    close: () => queue.close(),
  }
}
