/** How far an order is in each state. The ranks are inferred from the states' meaning; Koywe publishes none. */
const rankByState = {
  WAITING: 0,
  PENDING: 1,
  EXECUTING: 2,
  IN_PROGRESS: 3,
  INVALID_WITHDRAWALS_DETAILS: 3,
  DELIVERED: 4,
  REJECTED: 4,
  REFUND_STARTED: 5,
  REFUND_IN_PROGRESS: 6,
  REFUND_DELIVERED: 7,
} as const

/** One of {@link koyweOrderStates}. */
export type KoyweOrderState = keyof typeof rankByState

/** Order states of Koywe's API (documented). `INVALID_WITHDRAWALS_DETAILS` is not final: the order can be reprocessed or refunded. */
export const koyweOrderStates = Object.keys(rankByState) as readonly KoyweOrderState[] // the table's own keys

const finalStates: ReadonlySet<KoyweOrderState> = new Set([
  'DELIVERED',
  'REJECTED',
  'REFUND_DELIVERED',
])

/**
 * How far an order is in a state: 0 (WAITING) to 7 (REFUND_DELIVERED). DELIVERED and REJECTED rank equal.
 * The ranks are inferred from the states' meaning; Koywe publishes none.
 */
export function rankOf(state: KoyweOrderState): number {
  return rankByState[state]
}

/** Whether only a refund can follow a state: true for DELIVERED, REJECTED and REFUND_DELIVERED (inferred). */
export function isFinal(state: KoyweOrderState): boolean {
  return finalStates.has(state)
}
