import type { DeliveryEntry, KeptBody } from './entries.js'

/** What a body says of its event, before anybody has checked the signature. */
export type ClaimedFields = Pick<
  DeliveryEntry,
  'eventName' | 'orderId' | 'externalId' | 'occurredAt'
>

/** The JSON object in a body, or `undefined`. */
export function objectOf(body: KeptBody | undefined): Record<string, unknown> | undefined {
  if (body === undefined || !('text' in body)) return undefined
  try {
    const value: unknown = JSON.parse(body.text.replace(/^\ufeff/, ''))
    return isObject(value) ? value : undefined
  } catch {
    return undefined
  }
}

/** Reads the fields of the event, of either API. */
export function claimedFields(body: KeptBody | undefined): ClaimedFields {
  const object = objectOf(body)
  if (!object) return {}
  const { eventName, type, orderId, externalId, timeStamp, relationships, data } = object
  const self = isObject(relationships) && isObject(relationships.self) && relationships.self
  const order = self && self.type === 'order' && self.id
  const paymentsId = isObject(data) && data.external_id
  return {
    ...text('eventName', eventName ?? type),
    ...text('orderId', orderId ?? order),
    ...text('externalId', externalId ?? paymentsId),
    ...time(timeStamp),
  }
}

function text<Name extends string>(name: Name, value: unknown): { readonly [N in Name]?: string } {
  return typeof value === 'string' ? ({ [name]: value } as { [N in Name]: string }) : {} // its only key
}

function time(value: unknown): { readonly occurredAt?: string } {
  const date = new Date(typeof value === 'string' ? value : Number.NaN)
  return Number.isNaN(date.getTime()) ? {} : { occurredAt: date.toISOString() }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
