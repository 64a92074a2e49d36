import type { KoywePaymentsEvent, UnknownKoywePaymentsEvent } from '@x/koywe-express'
import type { Redis } from 'ioredis'
import { REDIS_PREFIX } from './redis.js'

// Stand-in for two database tables: your orders, and one row per event, keyed on `delivery.id`. A job that runs twice
// writes the same row again, and a late event overwrites no other.
const orders = `${REDIS_PREFIX}:orders`
const eventsOf = (id: string): string => `${REDIS_PREFIX}:events:${id}`

/** Records an order of yours. Do this before you give its id to Koywe as `external_id`, or its first event may come too early. */
export async function createOrder(redis: Redis, id: string): Promise<void> {
  await redis.sadd(orders, id)
}

/** Applies an event to its order; returns false when it is about no order of yours. */
export async function applyEvent(
  redis: Redis,
  event: KoywePaymentsEvent | UnknownKoywePaymentsEvent,
  deliveryId: string,
): Promise<boolean> {
  const id = externalIdOf(event)
  if (id === undefined || !(await redis.sismember(orders, id))) return false
  await redis.hset(eventsOf(id), deliveryId, event.type)
  return true
}

/** The types of an order's events, by `delivery.id`; `undefined` when the order is not yours. */
export async function findEvents(
  redis: Redis,
  id: string,
): Promise<Record<string, string> | undefined> {
  return (await redis.sismember(orders, id)) ? redis.hgetall(eventsOf(id)) : undefined
}

/** Your own id of the order, also in an event whose type is new. Koywe does not document the field; it was seen in production. */
function externalIdOf({
  data,
}: KoywePaymentsEvent | UnknownKoywePaymentsEvent): string | undefined {
  const isOfAnOrder = typeof data === 'object' && data !== null && 'external_id' in data
  return isOfAnOrder && typeof data.external_id === 'string' ? data.external_id : undefined
}
