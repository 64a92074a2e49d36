import { type OrderMark, supersedes } from '@x/koywe-fastify'
import type pg from 'pg'
import type { KoyweJob } from './queue.js'

/** An order after the events applied so far. */
export interface Order {
  /** The latest event; a late `payment_received` does not replace `crypto_delivered`. */
  readonly latest: OrderMark
  /** How many events were applied. Stand-in for whatever must not happen twice, such as a payment. */
  readonly applied: number
}

/** Applies an event in the caller's transaction, exactly once however many times it is called for a delivery. */
export async function applyEvent(
  client: pg.ClientBase,
  { deliveryId, event }: KoyweJob,
): Promise<void> {
  const { orderId, eventName, timeStamp } = event
  if (orderId === undefined) return // an event this version does not know, about no order
  // A second run of the same job finds the row named after the delivery.
  const noted = 'insert into koywe_example_events values ($1, $2) on conflict do nothing'
  if ((await client.query(noted, [deliveryId, orderId])).rowCount === 0) return

  const mark: OrderMark = { eventName, ...(timeStamp !== undefined && { timeStamp }) }
  const first = 'insert into koywe_example_orders values ($1, $2, 1) on conflict do nothing'
  if ((await client.query(first, [orderId, mark])).rowCount === 1) return

  // Locked until the commit, so that two events of one order are compared in turn.
  const order = await findOrder(client, orderId, 'for update')
  const latest = order && !supersedes(order.latest, mark) ? order.latest : mark
  const next = 'update koywe_example_orders set latest = $2, applied = applied + 1 where id = $1'
  await client.query(next, [orderId, latest])
}

/** Reads an order; `undefined` when none of its events was applied. */
export async function findOrder(
  client: pg.ClientBase | pg.Pool,
  orderId: string,
  lock: 'for update' | '' = '',
): Promise<Order | undefined> {
  const sql = `select latest, applied from koywe_example_orders where id = $1 ${lock}`
  return (await client.query<Order>(sql, [orderId])).rows[0]
}
