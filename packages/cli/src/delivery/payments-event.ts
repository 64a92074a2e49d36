import { randomUUID } from 'node:crypto'
import { isKoywePaymentsEvent } from '@x/koywe-core'
import { examplePaymentsEvents } from '@x/koywe-core/testing'
import { usageError } from '../contract/exit.js'
import { fieldsOf } from './fields.js'

/** What an event of the Payments API is made of. */
export interface PaymentsEventOptions {
  readonly order?: string
  readonly externalId?: string
  readonly at?: string
  readonly field: readonly string[]
}

/**
 * Makes an event of the Payments API of that type, in the form that was seen in production.
 *
 * @throws {CliError} for `at`: no time has been seen in these events.
 */
export function paymentsEvent(
  type: string,
  { order = `ord_${randomUUID()}`, externalId, at, field }: PaymentsEventOptions,
): { readonly type: string; readonly [field: string]: unknown } {
  if (at !== undefined) {
    throw usageError(
      "an event of the Payments API has no time that is known, so --at doesn't apply",
      'A field of your own: --field data:=\'{"…":"…"}\'',
    )
  }
  const named = { type }
  const example = isKoywePaymentsEvent(named) ? examplePaymentsEvents[named.type] : undefined
  const data = { ...example?.data, ...(externalId !== undefined && { external_id: externalId }) }
  const isOrder = type.startsWith('order.')
  return {
    ...(example ?? named),
    id: `evt_${randomUUID()}`,
    ...(Object.keys(data).length > 0 && { data }),
    ...(isOrder && { relationships: { self: { type: 'order', id: order } } }),
    ...fieldsOf(field),
  }
}
