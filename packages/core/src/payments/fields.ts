import { KoyweError } from '../errors.js'
import type { JsonObject } from '../http/json-object.js'
import {
  isKoywePaymentsEvent,
  type KoywePaymentsEvent,
  type UnknownKoywePaymentsEvent,
} from './events.js'

/** The forms promised of an event that this version knows, where a field is there at all. */
const objects = ['data', 'relationships', 'relationships.self']
const texts = ['id', 'relationships.self.type', 'relationships.self.id']
const textsOfOrder = [...texts, 'data.status', 'data.external_id']

/**
 * Checks a verified payload against the types promised to listeners, and returns it as an event.
 *
 * @throws {KoyweError} `invalid_payload`.
 */
export function parsePaymentsEvent(
  payload: JsonObject,
): KoywePaymentsEvent | UnknownKoywePaymentsEvent {
  const { type } = payload
  if (typeof type !== 'string' || type === '') throw wrongField('type')
  const event = payload as UnknownKoywePaymentsEvent // its type is a string
  if (!isKoywePaymentsEvent(event)) return event
  for (const path of objects) if (!isObject(valueAt(event, path) ?? {})) throw wrongField(path)
  for (const path of type.startsWith('order.') ? textsOfOrder : texts) {
    if (typeof (valueAt(event, path) ?? '') !== 'string') throw wrongField(path)
  }
  return event
}

/** The id of the order that an event is about, as far as it says so. */
export function orderIdOf(event: object): string | undefined {
  const id = valueAt(event, 'relationships.self.id')
  const isOrder = valueAt(event, 'relationships.self.type') === 'order'
  return isOrder && typeof id === 'string' ? id : undefined
}

function valueAt(event: object, path: string): unknown {
  return path
    .split('.')
    .reduce<unknown>((part, name) => (isObject(part) ? part[name] : undefined), event)
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function wrongField(field: string): KoyweError {
  return new KoyweError(
    'invalid_payload',
    `The signature is valid, but the field \`${field}\` has another form than Koywe's Payments API gives it, so this is not one of its events.`,
  )
}
