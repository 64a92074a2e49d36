import { describe, expect, it } from 'vitest'
import { koyweEventNames } from '../../src/index.js'
import { isOfPayments, parseEvent } from '../../src/ramp/fields.js'

const withCode = (code: string) => expect.objectContaining({ code })

describe('parseEvent', () => {
  const fields = { orderId: 'x', timeStamp: 'y' }

  it('accepts every known name with its fields, and returns the payload itself', () => {
    for (const eventName of koyweEventNames) {
      for (const rest of [{}, { externalId: 'z' }, { externalId: null }, { other: [] }]) {
        const payload = { eventName, ...fields, ...rest }
        expect(parseEvent(payload)).toBe(payload)
      }
    }
  })

  it('accepts an unknown name alone, but no field of a wrong type with it', () => {
    expect(parseEvent({ eventName: 'ping' })).toEqual({ eventName: 'ping' })
    for (const wrong of [{ orderId: 1 }, { timeStamp: null }, { externalId: {} }]) {
      expect(() => parseEvent({ eventName: 'ping', ...wrong })).toThrow(withCode('invalid_payload'))
    }
  })

  it('names the missing or wrong field, and the API', () => {
    const good = { eventName: 'fiat_sent', ...fields, externalId: 'z' }
    for (const field of ['eventName', 'orderId', 'timeStamp', 'externalId']) {
      for (const wrong of [1, true, [], {}]) {
        const parse = () => parseEvent({ ...good, [field]: wrong })
        expect(parse).toThrow(new RegExp(`\`${field}\`.* Koywe's ramp API gives it`))
      }
    }
    expect(() => parseEvent({ eventName: '' })).toThrow('`eventName`')
    expect(() => parseEvent({ eventName: 'fiat_sent', orderId: 'x' })).toThrow('`timeStamp`')
    expect(() => parseEvent(JSON.parse('{"__proto__":{"eventName":"x"}}'))).toThrow('`eventName`')
  })
})

describe('isOfPayments', () => {
  it('recognises the Payments API by its header and by its shape', () => {
    expect(isOfPayments({}, { 'koywe-signature': '' })).toBe(true)
    expect(isOfPayments({ id: 'evt_1', type: 'order.paid', data: {} }, {})).toBe(true)
  })

  it('does not take anything else for it', () => {
    expect(isOfPayments({}, {})).toBe(false)
    expect(isOfPayments({ type: 'x' }, {})).toBe(false)
    const ramp = { eventName: 'ping', type: 'x', data: 1 }
    expect(isOfPayments(ramp, { 'koywe-signature': 'x' })).toBe(false)
  })
})
