import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { unclaimed } from '../src/claims.js'
import { createDelivery } from '../src/delivery.js'

function deliveryOf(timeStamp: unknown = '2022-10-26T22:36:41.658Z', knownId?: string) {
  const facts = {
    signedText: '{"eventName":"ñ"}',
    timeStamp,
    secretIndex: 1,
    receivedAt: new Date(5),
    claim: unclaimed,
  }
  return createDelivery(facts, knownId)
}

describe('id', () => {
  it('is the SHA-256 of the signed text, in hex', () => {
    const { delivery } = deliveryOf()
    const expected = createHash('sha256').update(delivery.signedText).digest('hex')
    expect(delivery.id).toBe(expected)
    expect(delivery.id).toBe(expected)
    // printf '{"eventName":"ñ"}' | openssl dgst -sha256
    expect(delivery.id).toBe('3a9478d20a99b25f4ca6827d2742c0b8bdec5c25351e89f0c67c262bf82e1742')
  })

  it('is made when it is read and not before', () => {
    const { delivery } = deliveryOf()
    expect(Object.getOwnPropertyDescriptor(delivery, 'id')?.get).toBeTypeOf('function')
  })

  it('is the one that the store was asked with, when there is one', () => {
    expect(deliveryOf('', 'known').delivery.id).toBe('known')
  })
})

describe('occurredAt', () => {
  it('is the time stamp as a date', () => {
    expect(deliveryOf().delivery.occurredAt).toEqual(
      new Date(Date.UTC(2022, 9, 26, 22, 36, 41, 658)),
    )
  })

  it.each([['tomorrow'], [''], [undefined], [null], [0], [{}], ['2022-99-99T00:00:00Z']])(
    'is undefined for %j',
    (timeStamp) => {
      expect(deliveryOf(timeStamp ?? null).delivery.occurredAt).toBeUndefined()
    },
  )
})

describe('signal', () => {
  it('aborts with a TimeoutError, whether it was read before or is read later', () => {
    const early = deliveryOf()
    const { signal } = early.delivery
    expect(signal.aborted).toBe(false)
    early.abort()
    const late = deliveryOf()
    late.abort()
    for (const aborted of [signal, late.delivery.signal]) {
      expect(aborted.aborted).toBe(true)
      expect(aborted.reason).toMatchObject({ name: 'TimeoutError' })
    }
  })

  it('is the same one each time', () => {
    const { delivery } = deliveryOf()
    expect(delivery.signal).toBe(delivery.signal)
  })
})

it('tells when it was received and which secret signed it', () => {
  const { delivery } = deliveryOf()
  expect(delivery.receivedAt).toEqual(new Date(5))
  expect(delivery.secretIndex).toBe(1)
  expect(delivery.claim).toBe(unclaimed)
})
