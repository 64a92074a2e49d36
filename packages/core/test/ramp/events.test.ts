import { expect, it } from 'vitest'
import {
  isKoyweEvent,
  isKoyweEventName,
  koyweEventNames,
  koyweOrderStates,
  orderStateOf,
} from '../../src/index.js'

it('knows the six names of Koywe’s page and the nine of its later documentation', () => {
  expect(new Set(koyweEventNames).size).toBe(15)
  expect(koyweEventNames).toEqual(
    expect.arrayContaining([
      'payment_received',
      'payment_rejected',
      'payment_expired',
      'crypto_tx_sent',
      'crypto_delivered',
      'crypto_tx_failed',
    ]),
  )
})

it('knows only those names, whatever an object inherits', () => {
  for (const eventName of koyweEventNames) {
    expect(isKoyweEventName(eventName)).toBe(true)
    expect(isKoyweEvent({ eventName })).toBe(true)
  }
  for (const other of ['toString', '__proto__', '', 'Crypto_delivered', undefined, null, 1]) {
    expect(isKoyweEventName(other)).toBe(false)
  }
})

it('every event but crypto_tx_failed has a documented order state', () => {
  for (const name of koyweEventNames) {
    const state = orderStateOf(name)
    if (name === 'crypto_tx_failed') expect(state).toBeUndefined()
    else expect(koyweOrderStates).toContain(state)
  }
})
