import { koywePaymentsEventTypes } from '@x/koywe-core'
import { describe, expect, it } from 'vitest'
import { orderTimelines } from '../../page/order-timeline.js'
import { catalogue } from '../../src/inspect/catalogue.js'
import type { DeliveryEntry } from '../../src/inspect/entries.js'
import { delivery, forgery, states } from './entries.js'

const minute = (number: number) => `2026-01-31T12:${String(number).padStart(2, '0')}:00.000Z`

/** One event of the order o-1 that happened at a minute of the hour. */
function event(eventName: string, at: number, rest: Partial<DeliveryEntry> = {}): DeliveryEntry {
  const deliveryId = `o-1 ${eventName} ${at}`
  return delivery({ eventName, orderId: 'o-1', deliveryId, occurredAt: minute(at), ...rest })
}

/** The timeline of an order whose deliveries arrived in this order. */
function timeline(...arrived: DeliveryEntry[]) {
  const [order] = orderTimelines(arrived.reverse(), states)
  if (!order) throw new Error('no order')
  return { ...order, marks: order.steps.map(({ mark }) => mark) }
}

describe('the timeline of an order', () => {
  it('has no mark when every event arrives in its turn', () => {
    const order = timeline(
      event('payment_created', 0),
      event('payment_received', 1),
      event('crypto_tx_sent', 2),
      event('crypto_delivered', 3),
    )
    expect(order).toMatchObject({
      marks: [undefined, undefined, undefined, undefined],
      state: 'DELIVERED',
      isFinal: true,
      missing: [],
      next: [],
    })
    expect(order.steps.map(({ state }) => state)).toEqual([
      'WAITING',
      'PENDING',
      'IN_PROGRESS',
      'DELIVERED',
    ])
  })

  it('marks an event that arrives after its successor as late, and keeps the state', () => {
    const order = timeline(
      event('payment_created', 0),
      event('crypto_tx_sent', 2),
      event('payment_received', 1),
    )
    expect(order).toMatchObject({
      marks: [undefined, undefined, 'late'],
      state: 'IN_PROGRESS',
      missing: [],
      next: ['crypto_delivered'],
    })
  })

  it('marks a duplicate, and the same delivery accepted again, as repeated', () => {
    const { marks } = timeline(
      event('payment_created', 0),
      event('payment_created', 0, { duplicate: true }),
      event('payment_created', 0),
    )
    expect(marks).toEqual([undefined, 'repeated', 'repeated'])
  })

  it('counts an event that was handled before all that is known here', () => {
    const order = timeline(
      event('payment_created', 0),
      event('payment_received', 1, { duplicate: true }),
      event('crypto_tx_sent', 2),
    )
    expect(order).toMatchObject({ marks: [undefined, 'repeated', undefined], missing: [] })
  })

  it('knows a copy by name and time where no delivery id is known', () => {
    const unknown = { deliveryId: undefined } as unknown as Partial<DeliveryEntry>
    const { marks } = timeline(
      event('payment_created', 0, unknown),
      event('payment_created', 0, unknown),
    )
    expect(marks).toEqual([undefined, 'repeated'])
  })

  it('marks what happened after a final state as impossible, whichever arrives first', () => {
    const [rejected, sent] = [event('payment_rejected', 1), event('crypto_tx_sent', 2)]
    expect(timeline(rejected, sent).marks).toEqual([undefined, 'impossible'])
    expect(timeline(event('crypto_tx_sent', 2), event('payment_rejected', 1)).marks).toEqual([
      'impossible',
      undefined,
    ])
  })

  it('lets a refund follow a final state', () => {
    const order = timeline(
      event('payment_created', 0),
      event('payment_received', 1),
      event('payment_rejected', 2),
      event('refund_started', 3),
    )
    expect(order.marks).toEqual([undefined, undefined, undefined, undefined])
    expect(order).toMatchObject({ state: 'REFUND_STARTED', isFinal: false })
    expect(order.next).toEqual(['refund_in_progress'])
  })

  it('marks an event of the other ramp as impossible', () => {
    const { marks } = timeline(event('crypto_tx_sent', 2), event('fiat_sent', 3))
    expect(marks).toEqual([undefined, 'impossible'])
  })

  it('says which event never arrived once the order has ended', () => {
    const order = timeline(
      event('payment_created', 0),
      event('crypto_tx_sent', 2),
      event('crypto_delivered', 3),
    )
    expect(order.missing).toEqual(['payment_received has not arrived, though the order has ended'])
    // The gap is where it belongs, and only there.
    expect(order.steps.map(({ lacks }) => lacks)).toEqual([[], ['payment_received'], []])
  })

  it('says which events have not arrived while it has not ended, the earliest first', () => {
    expect(timeline(event('crypto_tx_sent', 2)).missing).toEqual([
      'payment_created has not arrived yet',
      'payment_received has not arrived yet',
    ])
  })

  it('takes a payment of another amount for the payment', () => {
    const order = timeline(
      event('payment_created', 0),
      event('payment_received_modified_order_amount', 1),
      event('fiat_sent', 2),
    )
    expect(order.missing).toEqual([])
  })

  it('does not count what was refused, and says so when it is missing', () => {
    const order = timeline(
      event('payment_created', 0),
      forgery({ eventName: 'payment_received', orderId: 'o-1' }),
      event('crypto_tx_sent', 2),
    )
    expect(order.marks).toEqual([undefined, 'refused', undefined])
    expect(order.missing).toEqual(['payment_received was refused; not handled yet'])
    expect(order.steps.flatMap(({ lacks }) => lacks)).toEqual([])
  })

  it('does not miss an event that only a refused delivery speaks of', () => {
    const order = timeline(
      event('payment_created', 0),
      forgery({ eventName: 'crypto_delivered', orderId: 'o-1' }),
    )
    expect(order).toMatchObject({ missing: [], state: 'WAITING', next: ['payment_received'] })
  })

  it('misses an event that failed until it arrives again', () => {
    const failed = { status: 500, code: 'handler_failed' }
    const arrived = [event('payment_created', 0), event('payment_received', 1, failed)]
    expect(timeline(...arrived)).toMatchObject({
      marks: [undefined, 'failed'],
      missing: ['payment_received failed; not handled yet'],
    })
    expect(timeline(...arrived)).toMatchObject({ next: ['payment_received'], isRetry: true })
    const twice = timeline(...arrived, event('payment_received', 1, failed))
    expect(twice.missing).toEqual(['payment_received failed 2 times; not handled yet'])
    const again = timeline(...arrived, event('payment_received', 1))
    expect(again).toMatchObject({ marks: [undefined, 'failed', undefined], missing: [] })
  })

  it('keeps its place when the crypto has failed on the blockchain', () => {
    const order = timeline(
      event('payment_created', 0),
      event('payment_received', 1),
      event('crypto_tx_sent', 2),
      event('crypto_tx_failed', 3),
    )
    expect(order).toMatchObject({
      marks: [undefined, undefined, undefined, undefined],
      ...{ state: undefined, latest: 'crypto_tx_failed', missing: [], next: ['crypto_tx_sent'] },
    })
    const sentAgain = [event('crypto_tx_sent', 4), event('crypto_delivered', 5)]
    const arrived = order.steps.map(({ entry }) => entry)
    const mended = timeline(...arrived, ...sentAgain)
    expect(mended).toMatchObject({ state: 'DELIVERED', isFinal: true, missing: [] })
    expect(mended.marks).toEqual(Array(6).fill(undefined))
  })

  // What Koywe says of each, in words: which of these can be late, repeated or impossible after what.
  const firstSteps = ['payment_created']
  const payments = ['payment_received', 'payment_received_modified_order_amount']
  const underway = ['crypto_tx_sent', 'crypto_tx_failed', 'fiat_sent']
  const endings = [
    ...['crypto_delivered', 'fiat_delivered', 'payment_rejected'],
    ...['payment_rejected_by_compliance', 'payment_expired', 'wire_order_canceled'],
  ]
  const refunds = ['refund_started', 'refund_in_progress', 'refund_delivered']
  const stages = [firstSteps, payments, underway, endings, ...refunds.map((name) => [name])]
  const ramp = (name: string) => /^(crypto|fiat)/.exec(name)?.[0]
  const pairs = stages.flatMap((stage, place) =>
    stages
      .slice(place + 1)
      .flatMap((later) =>
        stage
          .flatMap((first) => later.map((second) => [first, second] as const))
          .filter(
            ([first, second]) => !ramp(first) || !ramp(second) || ramp(first) === ramp(second),
          ),
      ),
  )

  it('knows all documented events', () => {
    const ofPayments = koywePaymentsEventTypes.filter((type) => type.startsWith('order.'))
    expect([...stages.flat(), ...ofPayments].sort()).toEqual(Object.keys(catalogue.states).sort())
    expect(catalogue.states).toEqual(states)
  })

  it.each(pairs)('marks %s as late when it arrives after %s', (first, second) => {
    expect(timeline(event(second, 2), event(first, 1)).marks).toEqual([undefined, 'late'])
    expect(timeline(event(first, 1), event(second, 2)).marks).toEqual([undefined, undefined])
  })

  it.each(stages.flat())('marks a copy of %s as repeated', (name) => {
    expect(timeline(event(name, 1), event(name, 1)).marks).toEqual([undefined, 'repeated'])
  })

  it.each(pairs.filter(([, second]) => endings.includes(second)))(
    'marks %s as impossible when it happened after %s',
    (first, second) => {
      expect(timeline(event(second, 1), event(first, 2)).marks).toEqual([undefined, 'impossible'])
    },
  )

  describe('of the Payments API, whose events have no time', () => {
    let count = 0
    const paid = (type: string, rest: Partial<DeliveryEntry> = {}) => {
      const deliveryId = `evt_${count++}`
      return delivery({ api: 'payments', eventName: type, orderId: 'o-1', deliveryId, ...rest })
    }

    it('follows the documented statuses, of which some may be skipped', () => {
      const types = ['order.created', 'order.pending', 'order.paid', 'order.completed']
      const order = timeline(...types.map((type) => paid(type)))
      expect(order).toMatchObject({
        marks: [undefined, undefined, undefined, undefined],
        ...{ state: 'COMPLETED', isFinal: true, missing: [], next: [] },
      })
    })

    it('marks what arrives after its successor as late, and a copy as repeated', () => {
      const [completed, processing] = [paid('order.completed'), paid('order.processing')]
      const copy = paid('order.completed', { deliveryId: completed.deliveryId ?? '' })
      const order = timeline(completed, processing, copy)
      expect(order).toMatchObject({
        marks: [undefined, 'late', 'repeated'],
        state: 'COMPLETED',
      })
    })

    it('marks a second end as impossible, but not the other spelling of the same', () => {
      const ends = [paid('order.canceled'), paid('order.cancelled'), paid('order.completed')]
      expect(timeline(...ends).marks).toEqual([undefined, undefined, 'impossible'])
    })

    it('lets a refund follow the end', () => {
      const order = timeline(paid('order.completed'), paid('order.refunded'))
      expect(order).toMatchObject({ marks: [undefined, undefined], latest: 'order.refunded' })
    })
  })

  it('leaves an unknown event without a state and without a mark', () => {
    const order = timeline(event('payment_created', 0), event('constructor', 1))
    expect(order).toMatchObject({ marks: [undefined, undefined], state: 'WAITING', missing: [] })
  })

  it('waits for what is not answered yet', () => {
    const { status: _, ...waiting } = event('payment_created', 0)
    expect(timeline(waiting).marks).toEqual(['waiting'])
  })
})

describe('the list of orders', () => {
  it('starts with the order of the latest delivery, and leaves out what has no order', () => {
    const orders = orderTimelines(
      [
        delivery({ orderId: 'b' }),
        delivery(),
        delivery({ orderId: 'a' }),
        delivery({ orderId: 'b' }),
      ],
      states,
    )
    expect(orders.map(({ orderId, steps }) => [orderId, steps.length])).toEqual([
      ['b', 2],
      ['a', 1],
    ])
  })
})
