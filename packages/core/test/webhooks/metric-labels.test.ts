import { describe, expect, it } from 'vitest'
import { type KoyweDeliveryContext, metricLabels } from '../../src/index.js'

/** An answered delivery, with what a test says instead. */
function delivery(rest: Partial<KoyweDeliveryContext>): KoyweDeliveryContext {
  const common = { method: 'POST', path: '/', receivedAt: new Date(), duplicate: false } as const
  return { ...common, api: 'ramp', status: 200, eventName: 'crypto_delivered', ...rest }
}

describe('the labels of a delivery in a metric', () => {
  it.each([
    [{}, { outcome: 'accepted', event: 'crypto_delivered' }],
    [{ duplicate: true }, { outcome: 'duplicate', event: 'crypto_delivered' }],
    [{ eventName: 'of_a_stranger' }, { outcome: 'accepted', event: '_OTHER' }],
    [{ eventName: 'order.paid' }, { outcome: 'accepted', event: '_OTHER' }],
    [
      { status: 500, code: 'handler_failed' } as const,
      { outcome: 'retry', event: 'crypto_delivered', code: 'handler_failed' },
    ],
    [
      { status: 400, code: 'invalid_payload' } as const,
      { outcome: 'refused', event: 'crypto_delivered', code: 'invalid_payload' },
    ],
  ])('of %j are %j', (rest, labels) => {
    expect(metricLabels(delivery(rest))).toStrictEqual({ api: 'ramp', ...labels })
  })

  it('know the types of the Payments API', () => {
    const paid = delivery({ api: 'payments', eventName: 'order.paid' })
    expect(metricLabels(paid)).toStrictEqual({
      api: 'payments',
      outcome: 'accepted',
      event: 'order.paid',
    })
  })

  it('have no event while no signature is verified, and are a retry without an answer', () => {
    const { eventName: _, status: _status, ...unread } = delivery({})
    expect(metricLabels({ ...unread, status: 401, code: 'missing_signature' })).toStrictEqual({
      api: 'ramp',
      outcome: 'refused',
      code: 'missing_signature',
    })
    expect(metricLabels(unread)).toStrictEqual({ api: 'ramp', outcome: 'retry' })
  })
})
