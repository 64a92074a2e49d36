import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { startDeadline } from '../src/deadline.js'
import { checkTimeout } from '../src/exchange.js'

const late = () => new Error('late')
const never = () => new Promise<never>(() => {})

describe('race', () => {
  it('settles like work that ends in time', async () => {
    const deadline = startDeadline(60_000)
    expect(await deadline.race(Promise.resolve(1), late)).toBe(1)
    await expect(deadline.race(Promise.reject(new Error('its own')), late)).rejects.toThrow(
      'its own',
    )
    deadline.clear()
  })

  it('rejects when the time is over', async () => {
    await expect(startDeadline(5).race(never(), late)).rejects.toThrow('late')
  })

  it('counts the time from the start of the clock and not of the step', async () => {
    const deadline = startDeadline(5)
    await delay(20)
    await expect(deadline.race(never(), late)).rejects.toThrow('late')
    await expect(deadline.race(never(), late)).rejects.toThrow('late')
  })

  it('makes no error for a step that has ended, when the time is over later', async () => {
    const deadline = startDeadline(10)
    let made = 0
    await deadline.race(Promise.resolve(), () => new Error(`made ${++made}`))
    await delay(30)
    expect(made).toBe(0)
  })
})

describe('checkTimeout', () => {
  it('takes what a timer can keep', () => {
    for (const ms of [1, 0.5, 5000, 2 ** 31 - 1]) checkTimeout(ms)
  })

  it('throws a TypeError for anything else', () => {
    for (const ms of [0, -1, Number.NaN, Infinity, 2 ** 31, '5000', null]) {
      // Given by those who do not use TypeScript.
      expect(() => checkTimeout(ms as number)).toThrow(TypeError)
    }
  })
})
