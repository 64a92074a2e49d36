import { subscribe } from 'node:diagnostics_channel'
import { type KoyweDeliveryContext, koyweChannels } from '@x/koywe-core'
import type { Pool } from 'pg'

/** For your migrations. The body of a delivery is kept once its signature is verified; it is what `koywe replay` sends again. */
export const historyTable = `create table if not exists koywe_history (
  id bigint generated always as identity primary key,
  received_at timestamptz not null, event_name text, order_id text, delivery_id text,
  status int, duplicate boolean not null, code text, reason text, duration_ms real, body text);
create index if not exists koywe_history_received on koywe_history (received_at);
create index if not exists koywe_history_order on koywe_history (order_id);`

const insert = `insert into koywe_history (received_at, event_name, order_id, delivery_id, status, duplicate, code, reason,
  duration_ms, body) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`

/** Writes what came of every delivery. No answer waits for it; beyond 100 rows that are being written, it reports and drops them. */
export function keepHistory(pool: Pool, report: (sentence: string) => void): void {
  let writing = 0
  subscribe(`tracing:${koyweChannels.delivery}:asyncEnd`, (message) => {
    const d = message as KoyweDeliveryContext
    if (writing >= 100) return report(`history: the database is slow; ${d.deliveryId} is not kept`)
    writing++
    const body = d.eventName === undefined ? null : textOf(d.body)
    const row = [
      d.receivedAt,
      d.eventName,
      d.orderId,
      d.deliveryId,
      d.status,
      d.duplicate,
      d.code,
      d.reason,
      d.durationMs,
      body,
    ]
    pool
      .query(insert, row)
      .catch((error) => report(`history: ${d.deliveryId} is not kept: ${error.message}`))
      .finally(() => writing--)
  })
}

function textOf(body: KoyweDeliveryContext['body']): string | null {
  if (body === undefined) return null
  if ('value' in body) return JSON.stringify(body.value)
  return 'text' in body ? body.text : Buffer.from(body.bytes).toString()
}
