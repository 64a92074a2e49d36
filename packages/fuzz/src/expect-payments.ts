import { createHash } from 'node:crypto'
import type { Body, HttpRequest } from '@x/koywe-core'
import { limit, mostLevels, nestingOf } from './bounds.js'
import type { Code, Expected } from './judge.js'
import { signatureOf } from './signature.js'

type Fields = Readonly<Record<string, unknown>>

/**
 * What is promised of a request to a receiver of the Payments API.
 *
 * @param left What is left of its body when the receiver reads it; `undefined` when nobody kept anything.
 */
export function expectPayments(
  { headers }: Pick<HttpRequest, 'headers'>,
  left: Body | undefined,
  secrets: readonly string[],
): Expected {
  const encoding = headers['content-encoding'] ?? 'identity'
  if (encoding.toLowerCase() !== 'identity') return never('an encoding', 'unsupported_encoding')
  if (Number(headers['content-length']) > limit) return never('too many bytes', 'body_too_large')
  if (!left) return never('what nobody kept', 'body_consumed')
  if (!('value' in left) && bytesOf(left).length > limit) {
    return never('too many bytes', 'body_too_large')
  }
  const signature = [headers['koywe-signature'] ?? ''].flat().join()
  if ('value' in left) {
    return signature === ''
      ? never('a value without a signature', 'missing_signature', 'ramp_webhook')
      : never('a value', 'body_consumed')
  }
  const bytes = bytesOf(left)
  const text = new TextDecoder().decode(bytes)
  if (signature === '') {
    return never('without a signature', isOfRamp(text) ? 'ramp_webhook' : 'missing_signature')
  }
  const secretIndex = secrets.findIndex((secret) => signatureOf(bytes, secret) === signature)
  if (secretIndex < 0) {
    return 'text' in left
      ? never('without a valid signature', 'invalid_signature', 'body_consumed')
      : never('without a valid signature', 'invalid_signature')
  }
  const event = parse(text)
  // How deep brackets nest is only certain of JSON.
  if (event === undefined) return never('what is no JSON', 'invalid_json', 'invalid_payload')
  if (!isObject(event)) return never('what is no JSON object', 'invalid_json')
  if (nestingOf(text) > mostLevels) return never('beyond the bounds', 'invalid_payload')
  if (!isEvent(event)) return never('what is no event', 'invalid_payload')
  const digest = createHash('sha256').update(bytes).digest('hex')
  const id = typeof event.id === 'string' && event.id !== '' ? event.id : digest
  return { accepted: { signedText: text, id, secretIndex }, refusals: [] }
}

function never(accepted: string, ...refusals: readonly Code[]): Expected {
  return { accepted, refusals }
}

function bytesOf(left: { readonly text: string } | { readonly bytes: Uint8Array }): Uint8Array {
  return 'text' in left ? Buffer.from(left.text) : left.bytes
}

/** No JSON parses to `undefined`. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isOfRamp(text: string): boolean {
  const value = parse(text)
  return nestingOf(text) <= mostLevels && isObject(value) && typeof value.eventName === 'string'
}

/** The types that Koywe documents. */
const known =
  /^(?:order\.(?:approved|canceled|cancelled|completed|created|expired|failed|paid|pending|processing|refunded)|contact\.(?:created|deleted|updated))$/

/** Of a documented type, the fields that are there have the form that was seen; of another, only the type matters. */
function isEvent(event: Fields): boolean {
  const { type, id, data, relationships } = event
  if (typeof type !== 'string' || type === '') return false
  if (!known.test(type)) return true
  if (![data, relationships].every(mayBeObject)) return false
  const self = isObject(relationships) ? relationships.self : undefined
  if (!mayBeObject(self)) return false
  const texts = [id, ...(isObject(self) ? [self.type, self.id] : [])]
  if (type.startsWith('order.') && isObject(data)) texts.push(data.status, data.external_id)
  return texts.every((text) => text === undefined || text === null || typeof text === 'string')
}

function mayBeObject(value: unknown): boolean {
  return value === undefined || value === null || isObject(value)
}
