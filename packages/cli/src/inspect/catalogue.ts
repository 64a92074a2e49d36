import {
  isFinal,
  type KoyweEventName,
  koyweEventNames,
  koywePaymentsEventTypes,
  orderStateOf,
  rankOf,
} from '@x/koywe-core'
import { badDeliveries, badPaymentsDeliveries } from '@x/koywe-core/testing'
import { lives } from '../delivery/lives.js'
import type { Catalogue } from './entries.js'

/**
 * An order's status after each event of the Payments API. The statuses are documented; their ranks, and that nothing follows those of
 * rank 3 but a refund, are inferred from their meaning. Steps may be skipped.
 */
const paymentsStates: Catalogue['states'] = {
  'order.created': { rank: 0, final: false },
  'order.approved': { rank: 0, final: false },
  'order.pending': { state: 'PENDING', rank: 0, final: false },
  'order.processing': { state: 'PROCESSING', rank: 1, final: false },
  'order.paid': { state: 'PAID', rank: 2, final: false },
  'order.completed': { state: 'COMPLETED', rank: 3, final: true },
  'order.failed': { state: 'FAILED', rank: 3, final: true },
  'order.expired': { state: 'EXPIRED', rank: 3, final: true },
  'order.canceled': { state: 'CANCELLED', rank: 3, final: true },
  'order.cancelled': { state: 'CANCELLED', rank: 3, final: true },
  'order.refunded': { rank: 4, final: false },
}

/** What the page offers to send. */
export const catalogue: Catalogue = {
  events: [
    ...koyweEventNames.map((name) => ({ name, api: 'ramp' as const })),
    ...koywePaymentsEventTypes.map((name) => ({ name, api: 'payments' as const })),
  ],
  lives,
  bad: [
    ...badDeliveries.map(({ name }) => ({ name, api: 'ramp' as const })),
    ...badPaymentsDeliveries.map(({ name }) => ({ name, api: 'payments' as const })),
  ],
  states: {
    ...Object.fromEntries(koyweEventNames.map((name) => [name, stateAfter(name)])),
    ...paymentsStates,
  },
}

function stateAfter(name: KoyweEventName): Catalogue['states'][string] {
  const state = orderStateOf(name)
  if (state) return { state, rank: rankOf(state), final: isFinal(state) }
  // Koywe states none after `crypto_tx_failed`. What failed had been sent, and may be sent again or refunded.
  return { rank: rankOf('IN_PROGRESS'), final: false }
}
