import type { KoyweEvent, UnknownKoyweEvent } from '@x/koywe-express'
import { Queue } from 'bullmq'
import type { Redis } from 'ioredis'
import { REDIS_PREFIX } from './redis.js'

/** What the worker gets. */
export interface KoyweJob {
  readonly deliveryId: string
  readonly event: KoyweEvent | UnknownKoyweEvent
}

export const queueName = 'koywe'

/** The queue as the server uses it: all copies of an event have one `delivery.id`, so they become one job. */
export async function openQueue(redis: Redis) {
  const queue = new Queue<KoyweJob>(queueName, {
    connection: redis,
    prefix: REDIS_PREFIX,
    defaultJobOptions: {
      attempts: 14, // in one to two hours
      backoff: { type: 'exponential', delay: 1000, jitter: 0.5 },
      removeOnComplete: { age: 7 * 24 * 60 * 60 }, // seconds: as long as copies are known
      removeOnFail: false, // what has failed for good waits for you
    },
  })
  queue.on('error', ({ message }) => console.error(`queue: ${message}`))
  await queue.waitUntilReady()

  return {
    /** @throws {Error} when Redis has not taken the job: then the webhook fails and can come again. */
    async enqueue(job: KoyweJob): Promise<void> {
      await queue.add(job.event.eventName, job, { jobId: job.deliveryId })
    },
    close: () => queue.close(),
  }
}
