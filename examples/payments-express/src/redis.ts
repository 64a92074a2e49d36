import { Redis } from 'ioredis'

export const { REDIS_URL = 'redis://127.0.0.1:6379', REDIS_PREFIX = 'shop' } = process.env

/**
 * Connects. Commands fail at once while Redis is down, so that the webhook fails too and Koywe can retry it.
 *
 * @throws {Error} when Redis does not answer.
 */
export async function connectRedis(): Promise<Redis> {
  const redis = new Redis(REDIS_URL, {
    lazyConnect: true,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 1,
  })
  redis.on('error', ({ message }) => console.error(`redis: ${message}`))
  await redis.connect()
  return redis
}
