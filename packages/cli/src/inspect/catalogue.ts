import {
  isFinal,
  koyweEventNames,
  koywePaymentsEventTypes,
  orderStateOf,
  rankOf,
} from '@x/koywe-core'
import { badDeliveries } from '@x/koywe-core/testing'
import { lives } from '../delivery/lives.js'
import type { Catalogue } from './entries.js'

/** What the page offers to send. */
export const catalogue: Catalogue = {
  events: [
    ...koyweEventNames.map((name) => ({ name, api: 'ramp' as const })),
    ...koywePaymentsEventTypes.map((name) => ({ name, api: 'payments' as const })),
  ],
  lives,
  bad: badDeliveries.map(({ name }) => name),
  states: Object.fromEntries(
    koyweEventNames.map((name) => {
      const state = orderStateOf(name)
      const known = state && { state, rank: rankOf(state) }
      return [name, { ...known, final: state !== undefined && isFinal(state) }]
    }),
  ),
}
