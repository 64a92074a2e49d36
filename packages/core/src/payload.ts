import type { IncomingHttpHeaders } from 'node:http'
import { KoyweError } from './errors.js'
import { isKoyweEventName, type KoyweEvent, type UnknownKoyweEvent } from './events.js'
import type { JsonObject } from './signature.js'

/**
 * Makes a JSON object of what `request.body()` gave: JSON text, or a value that a parser has made.
 *
 * @throws {KoyweError} `invalid_json` for anything else.
 */
export function parseBody(body: unknown): JsonObject {
  const value = typeof body === 'string' ? parseJson(body) : body
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return value as JsonObject // an object that is no array: its fields are unknown until checked
  }
  throw new KoyweError('invalid_json', 'The body is not a JSON object.')
}

/**
 * Checks the fields of a payload whose signature is good against the types that listeners are promised.
 *
 * @throws {KoyweError} `invalid_payload`.
 */
export function checkFields(payload: JsonObject): KoyweEvent | UnknownKoyweEvent {
  const { eventName } = payload
  if (typeof eventName !== 'string' || eventName === '') throw wrongField('eventName')
  for (const field of ['orderId', 'timeStamp']) {
    const value = payload[field]
    if (typeof value === 'string') continue
    if (value !== undefined || isKoyweEventName(eventName)) throw wrongField(field)
  }
  const { externalId } = payload
  if (externalId !== undefined && externalId !== null && typeof externalId !== 'string') {
    throw wrongField('externalId')
  }
  return payload as unknown as KoyweEvent | UnknownKoyweEvent // the checks above are the fields of both
}

/**
 * Notices webhooks of Koywe's Payments API, which are signed in a header and have another shape.
 *
 * @throws {KoyweError} `payments_webhook`.
 */
export function checkNotPayments(payload: JsonObject, headers: IncomingHttpHeaders): void {
  const ofPayments = 'koywe-signature' in headers || ('type' in payload && 'data' in payload)
  if (!ofPayments || 'eventName' in payload) return
  throw new KoyweError(
    'payments_webhook',
    "This is a webhook of Koywe's Payments API (a Koywe-Signature header, `type` and `data`). This middleware is for the " +
      'ramp API, which signs inside the body and sends `eventName`. Register another URL for the Payments API.',
  )
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new KoyweError('invalid_json', 'The body is not JSON.', { cause })
  }
}

function wrongField(field: string): KoyweError {
  return new KoyweError(
    'invalid_payload',
    `The signature is good, but the field \`${field}\` is missing or not a string, so this is no event of the ramp API.`,
  )
}
