import { KoyweError } from '../errors.js'
import type { JsonObject } from '../http/json-object.js'
import {
  isKoywePaymentsEventType,
  type KoywePaymentsEvent,
  type UnknownKoywePaymentsEvent,
} from './events.js'

/**
 * Checks a verified payload against the types promised to listeners, and returns it as an event. Of an unknown type only `type`
 * is promised.
 *
 * @throws {KoyweError} `invalid_payload`.
 */
export function parsePaymentsEvent(
  payload: JsonObject,
): KoywePaymentsEvent | UnknownKoywePaymentsEvent {
  const { type, id, data, relationships } = payload
  if (typeof type !== 'string' || type === '') throw wrongField('type', 'missing or not a string')
  if (isKoywePaymentsEventType(type)) {
    checkText('id', id)
    const { status, external_id } = checkObject('data', data)
    if (type.startsWith('order.')) {
      checkText('data.status', status)
      checkText('data.external_id', external_id)
    }
    const self = checkObject('relationships.self', checkObject('relationships', relationships).self)
    checkText('relationships.self.type', self.type)
    checkText('relationships.self.id', self.id)
  }
  return payload as unknown as KoywePaymentsEvent | UnknownKoywePaymentsEvent // the checks above cover the fields of both
}

/** The id of the order that an event is about, as far as it says so. */
export function orderIdOf({
  relationships,
}: KoywePaymentsEvent | UnknownKoywePaymentsEvent): string | undefined {
  const { type, id } = asObject(asObject(relationships).self)
  return type === 'order' && typeof id === 'string' ? id : undefined
}

function checkText(field: string, value: unknown): void {
  if (value === undefined || value === null || typeof value === 'string') return
  throw wrongField(field, 'not a string')
}

/** An empty object where there is none. */
function checkObject(field: string, value: unknown): JsonObject {
  if (value === undefined || value === null || isObject(value)) return asObject(value)
  throw wrongField(field, 'not an object')
}

function asObject(value: unknown): JsonObject {
  return isObject(value) ? value : {}
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function wrongField(field: string, fault: string): KoyweError {
  return new KoyweError(
    'invalid_payload',
    `The signature is valid, but the field \`${field}\` is ${fault}, so this is not an event of the Payments API as Koywe documents it.`,
  )
}
