import { describe, expect, it } from 'vitest'
import { isKoywePaymentsEvent, koywePaymentsEventTypes } from '../../src/index.js'
import { orderIdOf, parsePaymentsEvent } from '../../src/payments/fields.js'

describe('parsePaymentsEvent', () => {
  it('accepts every documented type with and without its fields, and returns the payload itself', () => {
    for (const type of koywePaymentsEventTypes) {
      for (const rest of [
        {},
        { id: null, data: null, relationships: null },
        { id: 'evt_1', data: { status: 'OF_THE_FUTURE', external_id: null }, relationships: {} },
        { relationships: { self: null, other: 7 } },
        { relationships: { self: { type: 'order', id: 'ord_1' } }, more: [1] },
      ]) {
        const payload = { type, ...rest }
        expect(parsePaymentsEvent(payload)).toBe(payload)
      }
    }
  })

  it('accepts an unknown type with fields of any form', () => {
    for (const rest of [{}, { id: 7, data: 'text', relationships: [] }]) {
      const event = parsePaymentsEvent({ type: 'merchant.created', ...rest })
      expect(event).toEqual({ type: 'merchant.created', ...rest })
      expect(isKoywePaymentsEvent(event)).toBe(false)
    }
  })

  it.each([
    ['type', {}],
    ['type', { type: 7 }],
    ['type', { type: '' }],
    ['type', { type: null, eventName: 'crypto_delivered' }],
    ['id', { type: 'order.paid', id: 7 }],
    ['data', { type: 'order.paid', data: 'PAID' }],
    ['data', { type: 'contact.created', data: [] }],
    ['data.status', { type: 'order.paid', data: { status: {} } }],
    ['data.external_id', { type: 'order.paid', data: { external_id: 7 } }],
    ['relationships', { type: 'order.paid', relationships: 'ord_1' }],
    ['relationships.self', { type: 'order.paid', relationships: { self: 'ord_1' } }],
    ['relationships.self.type', { type: 'order.paid', relationships: { self: { type: 1 } } }],
    ['relationships.self.id', { type: 'contact.deleted', relationships: { self: { id: 7 } } }],
  ])('names the wrong field %s of %j', (field, payload) => {
    expect(() => parsePaymentsEvent(payload)).toThrow(
      expect.objectContaining({ code: 'invalid_payload' }),
    )
    expect(() => parsePaymentsEvent(payload)).toThrow(
      new RegExp(`\`${field}\` .* than Koywe's Payments API gives it`),
    )
  })

  it('promises the fields of an order to no contact', () => {
    const contact = { type: 'contact.created', data: { status: 7, external_id: {} } }
    expect(parsePaymentsEvent(contact)).toBe(contact)
  })
})

it('orderIdOf gives the id of an order and of nothing else', () => {
  const about = (self: unknown) => orderIdOf({ type: 'x', relationships: { self } })
  expect(about({ type: 'order', id: 'ord_1' })).toBe('ord_1')
  for (const other of [undefined, null, 'ord_1', {}, { id: 'ord_1' }, { type: 'order' }]) {
    expect(about(other)).toBeUndefined()
  }
  expect(about({ type: 'contact', id: 'ctc_1' })).toBeUndefined()
  expect(about({ type: 'order', id: 7 })).toBeUndefined()
  for (const relationships of [undefined, null, 7, 'x', []]) {
    expect(orderIdOf({ type: 'x', relationships })).toBeUndefined()
  }
})
