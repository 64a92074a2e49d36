import { subscribe } from 'node:diagnostics_channel'
import { type Body, type KoyweDeliveryContext, koyweChannels } from '@x/koywe-core'
import type { Pool } from 'pg'
import { insert } from './history-table.js'

/**
 * Writes what came of every delivery. No answer waits for it; beyond 100 rows that are being written, it reports and drops them.
 * Requests that are not verified get no more than 10 of those, so that strangers take no row of a genuine delivery.
 */
export function keepHistory(pool: Pool, report: (sentence: string) => void): void {
  let writing = 0
  subscribe(`tracing:${koyweChannels.delivery}:asyncEnd`, (message) => {
    const delivery = message as KoyweDeliveryContext
    const { deliveryId, body, request } = delivery
    if (deliveryId === undefined && writing >= 10) return
    if (writing >= 100) return report(`history: the database is slow; ${deliveryId} is not kept`)
    const signed = deliveryId && body && [textOf(body), request?.headers['koywe-signature']]
    writing++
    pool
      .query(insert, [JSON.stringify(delivery), ...(signed || [null, null])])
      .catch(({ message }) =>
        report(`history: ${deliveryId ?? 'a refused request'} is not kept: ${message}`),
      )
      .finally(() => writing--)
  })
}

function textOf(body: Body): string {
  if ('text' in body) return body.text
  return String('bytes' in body ? Buffer.from(body.bytes) : JSON.stringify(body.value))
}
