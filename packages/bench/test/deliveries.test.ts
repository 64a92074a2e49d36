import { sign } from '@x/koywe-testkit/sign'
import { expect, it } from 'vitest'
import { deliveryOf, eventText, secret } from '../src/deliveries.js'

it('a delivery is signed as the independent signer signs it, and a forged one is not', () => {
  const signed = sign(JSON.parse(eventText(7)), secret)
  expect(deliveryOf(7).toString()).toBe(signed)
  expect(deliveryOf(7, true).toString()).not.toBe(signed)
})
