import { type OrderMark, supersedes } from '@x/koywe-fastify'
import type pg from 'pg'
import type { KoyweJob } from './queue.js'

/** An order as its events have left it. */
export interface Order {
  /** The event that counts: a late `payment_received` does not come after `crypto_delivered`. */
  readonly latest: OrderMark
  /** How many events took effect. It stands for whatever must not happen twice, such as a payment. */
  readonly applied: number
}

/** Lets an event take effect in the caller's transaction, once however often it is called for a delivery. */
export async function applyEvent(
  client: pg.ClientBase,
  { deliveryId, event }: KoyweJob,
): Promise<void> {
  const { orderId, eventName, timeStamp } = event
  if (orderId === undefined) return // an event of the future that is about no order
  // The row named after the delivery is what a second run of the same job finds.
  const noted = 'insert into events values ($1, $2) on conflict do nothing'
  if ((await client.query(noted, [deliveryId, orderId])).rowCount === 0) return

  const mark: OrderMark = { eventName, ...(timeStamp !== undefined && { timeStamp }) }
  const first = 'insert into orders values ($1, $2, 1) on conflict do nothing'
  if ((await client.query(first, [orderId, mark])).rowCount === 1) return

  // Locked until the commit, so that two events of one order are compared one after the other.
  const order = await findOrder(client, orderId, 'for update')
  const latest = order && !supersedes(order.latest, mark) ? order.latest : mark
  const next = 'update orders set latest = $2, applied = applied + 1 where id = $1'
  await client.query(next, [orderId, latest])
}

/** Reads an order, or `undefined` when no event of it took effect. */
export async function findOrder(
  client: pg.ClientBase | pg.Pool,
  orderId: string,
  lock: 'for update' | '' = '',
): Promise<Order | undefined> {
  const sql = `select latest, applied from orders where id = $1 ${lock}`
  return (await client.query<Order>(sql, [orderId])).rows[0]
}
