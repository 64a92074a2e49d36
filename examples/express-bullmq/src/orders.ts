import { type OrderMark, supersedes } from '@x/koywe-express'
import type { Redis } from 'ioredis'
import type { KoyweJob } from './queue.js'
import { REDIS_PREFIX } from './redis.js'

/** An order after the events applied so far. */
export interface Order {
  /** The latest event; a late `payment_received` does not replace `crypto_delivered`. */
  readonly latest: OrderMark
  /** How many events were applied. Stand-in for whatever must not happen twice, such as a payment. */
  readonly applied: number
}

// One atomic step in Redis: a worker that is killed has done all of it or nothing. A second run of the same job finds
// the field named after the delivery.
const applyScript = `
if redis.call('HSETNX', KEYS[1], ARGV[1], ARGV[2]) == 1 then redis.call('INCR', KEYS[2]) end`

/** Applies an event exactly once, however many times it is called for a delivery. */
export async function applyEvent(redis: Redis, { deliveryId, event }: KoyweJob): Promise<void> {
  const { orderId, eventName, timeStamp } = event
  if (orderId === undefined) return // an event this version does not know, about no order
  const mark = JSON.stringify({ eventName, timeStamp })
  await redis.eval(applyScript, 2, marksOf(orderId), appliedOf(orderId), deliveryId, mark)
}

/** Reads an order; `undefined` when none of its events was applied. */
export async function findOrder(redis: Redis, orderId: string): Promise<Order | undefined> {
  const marks: OrderMark[] = (await redis.hvals(marksOf(orderId))).map((mark) => JSON.parse(mark))
  const [first, ...others] = marks
  if (first === undefined) return undefined
  return {
    latest: others.reduce((latest, next) => (supersedes(latest, next) ? next : latest), first),
    applied: Number(await redis.get(appliedOf(orderId))),
  }
}

// In braces, so that a cluster keeps both keys of an order in the same slot.
const marksOf = (orderId: string): string => `${REDIS_PREFIX}:order:{${orderId}}`
const appliedOf = (orderId: string): string => `${marksOf(orderId)}:applied`
