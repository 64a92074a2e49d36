// Which event of the ramp API comes before which. Inferred from what Koywe says about each; it publishes no such table.

const paid = ['payment_received', 'payment_received_modified_order_amount']
const created = ['payment_created']

/** Before this event, one of those has happened. */
const before = new Map<string, readonly string[]>(
  Object.entries({
    payment_received: created,
    payment_received_modified_order_amount: created,
    payment_rejected: created,
    payment_rejected_by_compliance: created,
    payment_expired: created,
    wire_order_canceled: created,
    crypto_tx_sent: paid,
    crypto_tx_failed: paid,
    crypto_delivered: ['crypto_tx_sent'],
    fiat_sent: paid,
    fiat_delivered: ['fiat_sent'],
    refund_started: paid,
    refund_in_progress: ['refund_started'],
    refund_delivered: ['refund_in_progress'],
  }),
)

/** After this event, one of those usually happens. */
const after = new Map<string, readonly string[]>(
  Object.entries({
    payment_created: ['payment_received'],
    payment_received: ['crypto_tx_sent', 'fiat_sent'],
    payment_received_modified_order_amount: ['crypto_tx_sent', 'fiat_sent'],
    crypto_tx_failed: ['crypto_tx_sent'],
    crypto_tx_sent: ['crypto_delivered'],
    fiat_sent: ['fiat_delivered'],
    refund_started: ['refund_in_progress'],
    refund_in_progress: ['refund_delivered'],
  }),
)

/** The names of the events of an order that have arrived, once for each delivery. */
export interface ArrivedNames {
  readonly accepted: readonly string[]
  readonly refused: readonly string[]
  readonly failed: readonly string[]
}

/** An event that an order lacks. */
export interface Missing {
  readonly eventName: string
  readonly sentence: string
  /** Whether not even a delivery that was refused or has failed speaks of it. */
  readonly isUnseen: boolean
}

/**
 * Finds the events that an order lacks, the earliest first.
 *
 * @param isFinal Whether the order has ended, so that nothing more is to be expected.
 */
export function missingOf(
  { accepted, refused, failed }: ArrivedNames,
  isFinal: boolean,
): readonly Missing[] {
  const missing = new Set<string>()
  const look = (name: string): void => {
    const needed = before.get(name)
    if (needed === undefined || needed.some((one) => accepted.includes(one))) return
    const [usual = ''] = needed
    if (missing.has(usual)) return
    look(usual)
    missing.add(usual)
  }
  for (const name of accepted) look(name)
  for (const name of failed) if (!accepted.includes(name)) missing.add(name)
  return [...missing].map((eventName) => ({
    eventName,
    sentence: `${eventName} ${whatIsWrong(eventName)}`,
    isUnseen: !failed.includes(eventName) && !refused.includes(eventName),
  }))

  function whatIsWrong(name: string): string {
    const times = (names: readonly string[]) => {
      const count = names.filter((one) => one === name).length
      return count === 1 ? '' : ` ${count} times`
    }
    if (failed.includes(name)) return `failed${times(failed)}; not handled yet`
    if (refused.includes(name)) return `was refused${times(refused)}; not handled yet`
    return isFinal ? 'has not arrived, though the order has ended' : 'has not arrived yet'
  }
}

/** Whether one event can only happen after another. */
export function precedes(earlier: string, later: string): boolean {
  return before.get(later)?.some((name) => name === earlier || precedes(earlier, name)) ?? false
}

/** Which events usually follow one, or none if it is unknown. */
export function nextOf(eventName: string): readonly string[] {
  return after.get(eventName) ?? []
}
