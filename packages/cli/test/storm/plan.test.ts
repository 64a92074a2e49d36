import { describe, expect, it } from 'vitest'
import {
  countDeliveries,
  type PlannedDelivery,
  planStorm,
  requestOf,
  type StormShape,
} from '../../src/storm/plan.js'

const shape: StormShape = {
  seed: 42,
  rate: 100,
  until: { orders: 200 },
  copies: 0.2,
  disorder: 0.1,
  forged: 0.05,
}

const secret = 'a secret'
const all = (changes: Partial<StormShape> = {}) => [...planStorm({ ...shape, ...changes })]
const events = (plan: readonly PlannedDelivery[]) =>
  plan.flatMap((delivery) => (delivery.kind === 'event' ? [delivery] : []))

describe('the plan of a storm', () => {
  it('is the same for the same shape, to the byte and the millisecond', () => {
    const bytes = (plan: readonly PlannedDelivery[]) =>
      plan.map((delivery) => ({ atMs: delivery.atMs, request: requestOf(delivery, secret) }))
    const once = bytes(all({ forged: 1 }))
    expect(bytes(all({ forged: 1 }))).toEqual(once)
    expect(bytes(all({ forged: 1, seed: 43 }))).not.toEqual(once)
  })

  it('has the shares that were asked for', () => {
    const plan = all({ until: { orders: 1000 } })
    const firsts = events(plan).filter(({ as }) => as === 'first')
    const copied = firsts.filter(({ deliveries }) => deliveries > 1)
    const forged = plan.filter(({ kind }) => kind === 'forgery')
    expect(copied.length / firsts.length).toBeCloseTo(0.2, 1)
    expect(forged.length / firsts.length).toBeCloseTo(0.05, 1)
    expect(new Set(events(plan).map(({ as }) => as)).size).toBe(3)
  })

  it('keeps the rate, and sends copies at once with the first delivery', () => {
    const plan = all()
    expect(plan.at(-1)?.atMs).toBeCloseTo((plan.length - 1) * 10, -2)
    for (const [index, delivery] of plan.entries()) {
      const before = plan[index - 1]
      expect(delivery.atMs).toBeGreaterThanOrEqual(before?.atMs ?? 0)
      if (delivery.kind === 'event' && delivery.as === 'copy at once') {
        expect(delivery.atMs).toBe(before?.atMs)
        expect(before).toMatchObject({ event: delivery.event })
      }
    }
  })

  it('keeps the order of events without disorder, and breaks it with disorder', () => {
    const late = (plan: readonly PlannedDelivery[]) => {
      const latest = new Map<string, string>()
      return events(plan).filter(({ event: { orderId, timeStamp }, as }) => {
        if (as !== 'first') return false
        const before = latest.get(orderId) ?? ''
        latest.set(orderId, timeStamp)
        return timeStamp < before
      }).length
    }
    expect(late(all({ disorder: 0 }))).toBe(0)
    expect(late(all({ disorder: 0.1 }))).toBeGreaterThan(20)
  })

  it('counts its deliveries, and fills a duration exactly', () => {
    expect(countDeliveries(shape)).toBe(all().length)
    const until = { seconds: 2.5 }
    expect(countDeliveries({ ...shape, until })).toBe(250)
    expect(all({ until })).toHaveLength(250)
  })

  it('delivers every event as often as it says', () => {
    const times = new Map<object, number>()
    const plan = events(all({ copies: 0.5 }))
    for (const { event } of plan) times.set(event, (times.get(event) ?? 0) + 1)
    for (const { event, deliveries } of plan) expect(times.get(event)).toBe(deliveries)
  })
})
