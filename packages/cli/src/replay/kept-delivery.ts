import type { Api } from '../contract/api.js'
import { usageError } from '../contract/exit.js'
import type { Entry } from '../inspect/entries.js'
import { keptRequest } from '../inspect/kept-request.js'
import { savedIn } from '../inspect/saved.js'

/** A delivery that was kept and can be sent again. */
export interface KeptDelivery {
  readonly api: Api
  readonly receivedAt: string
  readonly eventName: string | undefined
  readonly orderId: string | undefined
  readonly deliveryId: string | undefined
  readonly body: string | Uint8Array
  /** Those that belong to its signature or describe its body. */
  readonly headers: Readonly<Record<string, string>>
}

/** Which of the deliveries to send. */
export interface Choice {
  readonly delivery?: string
  readonly order?: string
  readonly since?: Date
}

/**
 * Reads what `koywe inspect` has saved. Leaves out questions, deliveries without a body, and those that the receiver did not find to
 * be signed.
 *
 * @throws {CliError} when a line is not one of its objects.
 */
export function deliveriesOf(ndjson: string): readonly KeptDelivery[] {
  const { entries, corrupted } = savedIn(ndjson)
  if (corrupted.length > 0) {
    throw usageError(
      `line ${corrupted[0]} is not a saved request`,
      'Give it what koywe inspect has written with --save or --json.',
    )
  }
  return entries.map(deliveryOf).filter((one) => one !== undefined)
}

/** Whether a delivery is among those to send. */
export function isChosen(
  { deliveryId, orderId, receivedAt }: KeptDelivery,
  choice: Choice,
): boolean {
  if (choice.delivery !== undefined && deliveryId !== choice.delivery) return false
  if (choice.order !== undefined && orderId !== choice.order) return false
  return choice.since === undefined || new Date(receivedAt) >= choice.since
}

function deliveryOf(entry: Entry): KeptDelivery | undefined {
  const request = entry.kind === 'delivery' ? keptRequest(entry) : undefined
  if (entry.kind !== 'delivery' || request === undefined || entry.verified === false) return
  const { api, receivedAt, eventName, orderId, deliveryId } = entry
  const headers = { 'content-type': 'application/json', ...request.headers }
  return { api, receivedAt, eventName, orderId, deliveryId, headers, body: request.body }
}
