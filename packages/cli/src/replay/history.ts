import { isKoywePaymentsEvent } from '@x/koywe-core'
import type { Api } from '../contract/api.js'
import { usageError } from '../contract/exit.js'
import { objectOf } from '../inspect/fields-of-body.js'
import type { Choice, KeptDelivery } from './kept-delivery.js'

/** Which columns a history table has is said in the command's README. */
interface Row {
  readonly received_at: Date
  readonly event_name: string | null
  readonly order_id: string | null
  readonly delivery_id: string
  readonly body: string
  /** The header in which the Payments API signs. A table may lack it. */
  readonly signature: string | null
}

/**
 * Reads deliveries of a history table, each once, in the order they arrived.
 *
 * @throws {CliError} when the package `pg` is missing, the table's name is not plain, or the database cannot be read.
 */
export async function deliveriesIn(
  url: string,
  table: string,
  choice: Choice,
): Promise<readonly KeptDelivery[]> {
  const { Client } = await loadPg()
  const name = quoted(table)
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 5000 })
  client.on('error', () => {}) // the query reports it
  try {
    await client.connect()
    const { rows } = await client.query<Row>(
      `select * from (
        select distinct on (delivery_id) received_at, event_name, order_id, delivery_id, body,
          to_jsonb(history) ->> 'signature' as signature
        from ${name} as history
        where body is not null and delivery_id is not null
          and ($1::text is null or delivery_id = $1) and ($2::text is null or order_id = $2)
          and ($3::timestamptz is null or received_at >= $3)
        order by delivery_id, received_at) as kept order by received_at, delivery_id`,
      [choice.delivery ?? null, choice.order ?? null, choice.since ?? null],
    )
    return rows.map((row) => ({
      api: apiOf(row),
      receivedAt: row.received_at.toISOString(),
      eventName: row.event_name ?? undefined,
      orderId: row.order_id ?? undefined,
      deliveryId: row.delivery_id,
      body: Buffer.from(row.body),
      headers: {
        'content-type': 'application/json',
        ...(row.signature !== null && { 'koywe-signature': row.signature }),
      },
    }))
  } catch (error) {
    throw usageError(
      `the history cannot be read: ${reasonOf(error)}`,
      `Is the database running, and does the table ${table} have the columns of the README?`,
    )
  } finally {
    await client.end().catch(() => {})
  }
}

/** Only the Payments API signs in a header. Where the table has none, its other types are told by the body. */
function apiOf({ event_name, signature, body }: Row): Api {
  if (signature !== null || isKoywePaymentsEvent({ type: event_name ?? '' })) return 'payments'
  const { type, eventName } = objectOf({ text: body }) ?? {}
  return typeof type === 'string' && eventName === undefined ? 'payments' : 'ramp'
}

async function loadPg(): Promise<Pick<typeof import('pg'), 'Client'>> {
  try {
    return (await import('pg')).default
  } catch {
    throw usageError(
      'reading a history table needs the package pg, which is not installed',
      'npm install pg, or: npx --package @x/koywe-cli --package pg koywe replay …',
    )
  }
}

function quoted(table: string): string {
  if (/^[a-z_]\w*(\.[a-z_]\w*)?$/i.test(table)) return `"${table.replace('.', '"."')}"`
  throw usageError(`"${table}" is not the name of a table`, 'It is name or schema.name.')
}

/** A refused connection to a host with several addresses has its reasons inside, and no message. */
function reasonOf(error: unknown): string {
  const one = error instanceof AggregateError ? error.errors[0] : error
  return one instanceof Error ? one.message : String(one)
}
