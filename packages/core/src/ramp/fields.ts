import type { IncomingHttpHeaders } from 'node:http'
import { type JsonObject, wrongField } from '../http/json-object.js'
import { isKoyweEventName, type KoyweEvent, type UnknownKoyweEvent } from './events.js'

/**
 * Checks a verified payload against the types promised to listeners, and returns it as an event.
 *
 * @throws {KoyweError} `invalid_payload`.
 */
export function parseEvent(payload: JsonObject): KoyweEvent | UnknownKoyweEvent {
  const { eventName, orderId, timeStamp, externalId } = payload
  if (typeof eventName !== 'string' || eventName === '') throw wrongField('eventName', 'ramp')
  const isRequired = isKoyweEventName(eventName)
  if (typeof orderId !== 'string' && (isRequired || orderId !== undefined))
    throw wrongField('orderId', 'ramp')
  if (typeof timeStamp !== 'string' && (isRequired || timeStamp !== undefined)) {
    throw wrongField('timeStamp', 'ramp')
  }
  if (externalId !== undefined && externalId !== null && typeof externalId !== 'string') {
    throw wrongField('externalId', 'ramp')
  }
  return payload as unknown as KoyweEvent | UnknownKoyweEvent // the checks above cover the fields of both
}

/** Recognises webhooks of Koywe's Payments API, which are signed in a header and have another shape. */
export function isOfPayments(payload: JsonObject, headers: IncomingHttpHeaders): boolean {
  const looksLikeIt = 'koywe-signature' in headers || ('type' in payload && 'data' in payload)
  return looksLikeIt && !('eventName' in payload)
}
