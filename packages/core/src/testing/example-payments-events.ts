import {
  type KoywePaymentsEventMap,
  type KoywePaymentsEventType,
  koywePaymentsEventTypes,
} from '../payments/events.js'

const statusAfter: Partial<Record<KoywePaymentsEventType, string>> = {
  'order.created': 'PENDING',
  'order.pending': 'PENDING',
  'order.processing': 'PROCESSING',
  'order.paid': 'PAID',
  'order.completed': 'COMPLETED',
  'order.failed': 'FAILED',
  'order.expired': 'EXPIRED',
  'order.canceled': 'CANCELLED',
  'order.cancelled': 'CANCELLED',
}

/**
 * One event of every type of the Payments API that Koywe documents, in the form that was seen in production. Koywe documents no
 * statuses by type: those here are inferred, and absent where nothing suggests one.
 */
export const examplePaymentsEvents: Readonly<KoywePaymentsEventMap> = Object.fromEntries(
  koywePaymentsEventTypes.map((type) => [type, exampleEvent(type)]),
) as unknown as KoywePaymentsEventMap // one entry per type, each with that type

function exampleEvent(type: KoywePaymentsEventType) {
  const [about = ''] = type.split('.')
  const status = statusAfter[type]
  const data = { ...(status && { status }), ...(about === 'order' && { external_id: 'A-1' }) }
  return {
    id: `evt_${type}`,
    type,
    data,
    relationships: { self: { type: about, id: about === 'order' ? 'ord_1' : 'con_1' } },
  }
}
