import { describe, expect, it } from 'vitest'
import { koyweEventNames } from '../../src/ramp/events.js'
import { isFinal, koyweOrderStates, rankOf } from '../../src/ramp/order-state.js'
import { supersedes } from '../../src/ramp/supersedes.js'

const at = (eventName: string, minute: number) => ({
  eventName,
  timeStamp: `2022-10-26T22:${minute}:41.658Z`,
})

describe('supersedes', () => {
  it('accepts the first event of an order', () => {
    expect(supersedes(undefined, at('payment_received', 10))).toBe(true)
  })

  it('follows the life of an order on both ramps', () => {
    const onRamp = ['payment_created', 'payment_received', 'crypto_tx_sent', 'crypto_delivered']
    const offRamp = ['payment_created', 'payment_received', 'fiat_sent', 'fiat_delivered']
    const refund = ['payment_received', 'refund_started', 'refund_in_progress', 'refund_delivered']
    for (const life of [onRamp, offRamp, refund]) {
      for (const [index, name] of life.entries()) {
        for (const [earlierIndex, earlier] of life.slice(0, index).entries()) {
          expect(supersedes(at(earlier, 10 + earlierIndex), at(name, 10 + index))).toBe(true)
          expect(supersedes(at(name, 10 + index), at(earlier, 10 + earlierIndex))).toBe(false)
        }
      }
    }
  })

  it('never lets a late payment_received overwrite crypto_delivered, whatever its time', () => {
    expect(supersedes(at('crypto_delivered', 20), at('payment_received', 10))).toBe(false)
    expect(supersedes(at('crypto_delivered', 20), at('payment_received', 50))).toBe(false)
  })

  it('accepts progress even with an earlier time', () => {
    expect(supersedes(at('payment_received', 50), at('crypto_delivered', 20))).toBe(true)
  })

  it('decides between events of equal rank by their time', () => {
    expect(supersedes(at('crypto_tx_failed', 20), at('crypto_tx_sent', 30))).toBe(true)
    expect(supersedes(at('crypto_tx_failed', 20), at('crypto_tx_sent', 10))).toBe(false)
    expect(supersedes(at('crypto_tx_sent', 20), at('crypto_tx_failed', 30))).toBe(true)
  })

  it('treats a duplicate and an event without a date as no news', () => {
    expect(supersedes(at('crypto_delivered', 20), at('crypto_delivered', 20))).toBe(false)
    const undated = { eventName: 'crypto_delivered', timeStamp: 'yesterday' }
    expect(supersedes(at('crypto_delivered', 20), undated)).toBe(false)
    expect(supersedes(undated, at('crypto_delivered', 20))).toBe(true)
  })

  it('does not let an unknown name overwrite a known one', () => {
    expect(supersedes(at('payment_created', 20), at('order_teleported', 30))).toBe(false)
    expect(supersedes(at('order_teleported', 30), at('payment_created', 20))).toBe(true)
  })

  it('accepts what a database returns: null for no order, a Date for the time', () => {
    expect(supersedes(null, at('payment_received', 10))).toBe(true)
    const kept = { eventName: 'crypto_delivered', timeStamp: new Date('2022-10-26T22:20:41.658Z') }
    expect(supersedes(kept, at('crypto_delivered', 20))).toBe(false)
    expect(supersedes(kept, at('crypto_delivered', 21))).toBe(true)
  })

  it('is never true both ways', () => {
    const marks = koyweEventNames.flatMap((name) => [at(name, 10), at(name, 20)])
    for (const one of marks) {
      for (const other of marks) {
        expect(supersedes(one, other) && supersedes(other, one)).toBe(false)
      }
    }
  })
})

describe('order states', () => {
  it('ranks every state, refunds after everything else', () => {
    for (const state of koyweOrderStates) expect(Number.isInteger(rankOf(state))).toBe(true)
    expect(rankOf('REFUND_STARTED')).toBeGreaterThan(rankOf('DELIVERED'))
    expect(rankOf('WAITING')).toBeLessThan(rankOf('PENDING'))
  })

  it('knows the states that only a refund can follow', () => {
    const finals = koyweOrderStates.filter(isFinal)
    expect(finals).toEqual(['DELIVERED', 'REJECTED', 'REFUND_DELIVERED'])
  })
})
