import type { Api } from '../contract/api.js'
import { usageError } from '../contract/exit.js'

/** A delivery that was kept and can be sent again. */
export interface KeptDelivery {
  readonly api: Api
  readonly receivedAt: string
  readonly eventName: string | undefined
  readonly orderId: string | undefined
  readonly deliveryId: string | undefined
  readonly body: Uint8Array
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
 * Reads what `koywe inspect` has saved. Of entries with the same number the last counts. Leaves out questions, deliveries without a
 * body, and those that the receiver did not find to be signed.
 *
 * @throws {CliError} when a line is not one of its objects.
 */
export function deliveriesOf(ndjson: string): readonly KeptDelivery[] {
  const byNumber = new Map<unknown, KeptDelivery | undefined>()
  for (const [index, line] of ndjson.split('\n').entries()) {
    if (line.trim() === '') continue
    const entry = objectOf(line, index + 1)
    if (entry.kind === 'delivery') byNumber.set(entry.number ?? `line ${index}`, deliveryOf(entry))
  }
  return [...byNumber.values()].filter((one) => one !== undefined)
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

function objectOf(line: string, number: number): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(line)
    if (typeof value === 'object' && value !== null) return { ...value }
  } catch {
    // The error below says what is wrong.
  }
  throw usageError(
    `line ${number} is not a JSON object`,
    'Give it what koywe inspect has written with --save or --json.',
  )
}

function deliveryOf(entry: Readonly<Record<string, unknown>>): KeptDelivery | undefined {
  const body = bytesOf(entry.body)
  if (body === undefined || entry.verified === false) return undefined
  return {
    api: entry.api === 'payments' ? 'payments' : 'ramp',
    receivedAt: textOf(entry.receivedAt) ?? '',
    eventName: textOf(entry.eventName),
    orderId: textOf(entry.orderId),
    deliveryId: textOf(entry.deliveryId),
    body,
    headers: headersOf(entry.headers),
  }
}

function bytesOf(body: unknown): Uint8Array | undefined {
  const kept = body as Partial<Record<'text' | 'base64', unknown>> | null | undefined // only inspected
  const { text, base64 } = kept ?? {}
  if (typeof text === 'string') return Buffer.from(text)
  return typeof base64 === 'string' ? Buffer.from(base64, 'base64') : undefined
}

/** Those that may be sent again: the length is that of the body, and the host that of the server. */
function headersOf(headers: unknown): Readonly<Record<string, string>> {
  const found: Record<string, string> = { 'content-type': 'application/json' }
  for (const [name, value] of Object.entries(Object(headers))) {
    if (
      typeof value !== 'string' ||
      /^(host|content-length|transfer-encoding|connection)$/i.test(name)
    )
      continue
    found[name.toLowerCase()] = value
  }
  return found
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}
