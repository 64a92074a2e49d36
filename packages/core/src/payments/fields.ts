import { isObject, type JsonObject, wrongField } from '../http/json-object.js'
import {
  isKoywePaymentsEvent,
  type KoywePaymentsEvent,
  type UnknownKoywePaymentsEvent,
} from './events.js'

/** The fields promised of an event that this version knows, where they are there at all. Those of `data` are promised of orders. */
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
  if (typeof type !== 'string' || type === '') throw wrongField('type', 'Payments')
  const event = payload as UnknownKoywePaymentsEvent // its type is a string
  if (!isKoywePaymentsEvent(event)) return event
  const paths = type.startsWith('order.') ? textsOfOrder : texts
  const wrong =
    objects.find((path) => !isObject(valueAt(event, path) ?? {})) ??
    paths.find((path) => typeof (valueAt(event, path) ?? '') !== 'string')
  if (wrong !== undefined) throw wrongField(wrong, 'Payments')
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
