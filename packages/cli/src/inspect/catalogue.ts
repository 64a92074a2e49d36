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
  states: Object.fromEntries(koyweEventNames.map((name) => [name, stateAfter(name)])),
}

function stateAfter(name: KoyweEventName): Catalogue['states'][string] {
  const state = orderStateOf(name)
  if (state) return { state, rank: rankOf(state), final: isFinal(state) }
  // Koywe states none after `crypto_tx_failed`. What failed had been sent, and may be sent again or refunded.
  return { rank: rankOf('IN_PROGRESS'), final: false }
}
