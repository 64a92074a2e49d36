import { describe, expect, it } from 'vitest'
import {
  type Claim,
  createMemoryDedupeStore,
  type DedupeStore,
  type MemoryDedupeStoreOptions,
} from '../../src/index.js'
import { describeStore } from './store-suite.js'

describeStore('the memory store', (options) => {
  const store = createMemoryDedupeStore(options)
  return [store, store]
})

/** A store whose clock the test moves. */
function setUp(options: MemoryDedupeStoreOptions = {}) {
  const clock = { time: 1_000_000 }
  const store = createMemoryDedupeStore({
    leaseMs: 100,
    ttlMs: 1000,
    now: () => clock.time,
    ...options,
  })
  return { store, clock }
}

async function claimed(store: DedupeStore, key: string): Promise<Claim> {
  const claim = await store.claim(key)
  if (claim.state !== 'claimed') throw new Error(`${key} is ${claim.state}`)
  return claim
}

const stateOf = async (store: DedupeStore, key: string) => (await store.claim(key)).state

describe('a claim', () => {
  it('is granted once, in progress until completed, and done from then on', async () => {
    const { store } = setUp()
    const claim = await claimed(store, 'a')
    expect(await stateOf(store, 'a')).toBe('in_progress')
    expect(await stateOf(store, 'b')).toBe('claimed')
    await claim.complete()
    expect(await stateOf(store, 'a')).toBe('done')
    expect(await stateOf(store, 'a')).toBe('done')
    expect(await stateOf(store, 'b')).toBe('in_progress')
  })

  it('is granted again after a release', async () => {
    const { store } = setUp()
    await (await claimed(store, 'a')).release()
    await (await claimed(store, 'a')).complete()
    expect(await stateOf(store, 'a')).toBe('done')
  })

  it('is granted to one of 200 concurrent callers', async () => {
    const { store } = setUp()
    const states = await Promise.all(Array.from({ length: 200 }, () => stateOf(store, 'a')))
    expect(states.filter((state) => state === 'claimed')).toHaveLength(1)
    expect(states.filter((state) => state === 'in_progress')).toHaveLength(199)
  })

  it('cannot be released after completion', async () => {
    const { store } = setUp()
    const claim = await claimed(store, 'a')
    await claim.complete()
    await claim.release()
    await claim.complete()
    expect(await stateOf(store, 'a')).toBe('done')
  })

  it('works for keys of any name', async () => {
    const { store } = setUp()
    for (const key of ['__proto__', 'constructor', '']) {
      expect(await stateOf(store, key)).toBe('claimed')
      expect(await stateOf(store, key)).toBe('in_progress')
    }
  })
})

describe('a lease', () => {
  it('ends when time runs out and not before', async () => {
    const { store, clock } = setUp()
    await claimed(store, 'a')
    clock.time += 99
    expect(await stateOf(store, 'a')).toBe('in_progress')
    clock.time += 1
    expect(await stateOf(store, 'a')).toBe('claimed')
  })

  it('that was lost does not let its owner complete or release the next claim', async () => {
    const { store, clock } = setUp()
    const lost = await claimed(store, 'a')
    clock.time += 100
    const next = await claimed(store, 'a')
    await expect(lost.complete()).rejects.toThrow('leaseMs')
    await lost.release()
    expect(await stateOf(store, 'a')).toBe('in_progress')
    await next.complete()
    expect(await stateOf(store, 'a')).toBe('done')
  })

  it('that was lost is reported even after the next claim completed', async () => {
    const { store, clock } = setUp()
    const lost = await claimed(store, 'a')
    clock.time += 100
    await (await claimed(store, 'a')).complete()
    await expect(lost.complete()).rejects.toThrow('listeners may have run twice')
    await lost.release()
    expect(await stateOf(store, 'a')).toBe('done')
  })

  it('that ended still counts when completed late, if no one else claimed the event', async () => {
    const { store, clock } = setUp()
    const late = await claimed(store, 'a')
    clock.time += 500
    await late.complete()
    expect(await stateOf(store, 'a')).toBe('done')
  })

  it('that ended still counts when other events have been claimed since', async () => {
    const { store, clock } = setUp()
    const late = await claimed(store, 'a')
    clock.time += 500
    await claimed(store, 'b')
    await late.complete()
    expect(await stateOf(store, 'a')).toBe('done')
  })
})

describe('an extended lease', () => {
  it('ends a full lease after it was extended, and only its owner can extend it', async () => {
    const { store, clock } = setUp()
    const claim = await claimed(store, 'a')
    clock.time += 99
    await claim.extend?.()
    clock.time += 99
    expect(await store.claim('a')).toEqual({ state: 'in_progress', retryAfterMs: 1 })
    clock.time += 1
    const next = await claimed(store, 'a')
    await expect(claim.extend?.()).rejects.toThrow('not renewed within its lease of 100 ms')
    await next.complete()
    await expect(claim.extend?.()).rejects.toThrow('claim was lost')
    await next.extend?.()
    clock.time += 999
    expect(await stateOf(store, 'a')).toBe('done')
  })

  it('is reported to a duplicate in whole milliseconds, unless it never ends', async () => {
    const { store, clock } = setUp({ leaseMs: 10.5 })
    await claimed(store, 'a')
    clock.time += 0.2
    expect(await store.claim('a')).toEqual({ state: 'in_progress', retryAfterMs: 11 })
    const endless = createMemoryDedupeStore({ leaseMs: Number.POSITIVE_INFINITY })
    await claimed(endless, 'a')
    expect(await endless.claim('a')).toEqual({ state: 'in_progress' })
  })
})

describe('a completed event', () => {
  it('is forgotten when its retention time, counted from completion, runs out', async () => {
    const { store, clock } = setUp()
    const claim = await claimed(store, 'a')
    clock.time += 50
    await claim.complete()
    clock.time += 999
    expect(await stateOf(store, 'a')).toBe('done')
    clock.time += 1
    expect(await stateOf(store, 'a')).toBe('claimed')
  })

  it('is forgotten, oldest first, beyond twice as many as configured', async () => {
    const { store } = setUp({ maxEntries: 3 })
    const keys = ['a', 'b', 'c', 'd', 'e', 'f', 'g']
    for (const [index, key] of keys.entries()) {
      await (await claimed(store, key)).complete()
      for (const recent of keys.slice(Math.max(0, index - 2), index + 1)) {
        expect(await stateOf(store, recent)).toBe('done')
      }
    }
    for (const key of ['a', 'b', 'c']) expect(await stateOf(store, key)).toBe('claimed')
  })

  it('is remembered even when it was completed twice among many others', async () => {
    const { store } = setUp({ maxEntries: 2 })
    const claim = await claimed(store, 'a')
    await claim.complete()
    for (const key of ['b', 'c']) await (await claimed(store, key)).complete()
    await claim.complete()
    expect(await stateOf(store, 'a')).toBe('done')
  })

  it('does not make the store forget running claims', async () => {
    const { store } = setUp({ maxEntries: 1 })
    await claimed(store, 'running')
    for (const key of ['a', 'b', 'c']) await (await claimed(store, key)).complete()
    expect(await stateOf(store, 'running')).toBe('in_progress')
  })

  it('is remembered for a week, and a claim held for 30 seconds, by default', async () => {
    const clock = { time: 0 }
    const store = createMemoryDedupeStore({ now: () => clock.time })
    await (await claimed(store, 'done')).complete()
    await claimed(store, 'running')
    clock.time += 30_000 - 1
    expect(await stateOf(store, 'running')).toBe('in_progress')
    clock.time += 1
    expect(await stateOf(store, 'running')).toBe('claimed')
    clock.time = 7 * 24 * 3_600_000 - 1
    expect(await stateOf(store, 'done')).toBe('done')
    clock.time += 1
    expect(await stateOf(store, 'done')).toBe('claimed')
  })
})

it('a call costs no more with 100,000 remembered events than with 1,000', async () => {
  async function fastest(entries: number): Promise<number> {
    const { store } = setUp({ maxEntries: entries, ttlMs: 1e9 })
    for (let key = 0; key < entries; key++) await (await claimed(store, `${key}`)).complete()
    const times = []
    for (let round = 0; round < 20; round++) {
      const start = performance.now()
      for (let key = 0; key < 200; key++) {
        await (await claimed(store, `${round}-${key}`)).complete()
      }
      times.push(performance.now() - start)
    }
    return Math.min(...times)
  }
  const few = await fastest(1_000)
  const many = await fastest(100_000)
  // A walk over all entries would take 100 times as long.
  expect(many).toBeLessThan(few * 20)
}, 60_000)

it('an undefined option has its default', async () => {
  const options = { leaseMs: undefined, ttlMs: undefined, maxEntries: undefined, now: undefined }
  const store = createMemoryDedupeStore(options as never)
  await (await claimed(store, 'a')).complete()
  expect(await stateOf(store, 'a')).toBe('done')
})

it.each([
  ['leaseMs', 0],
  ['leaseMs', -1],
  ['ttlMs', Number.NaN],
  ['ttlMs', '1000'],
  ['maxEntries', null],
  ['maxEntries', Number.POSITIVE_INFINITY],
])('an option %s of %j throws a TypeError that names it', (name, value) => {
  const create = () => createMemoryDedupeStore({ [name]: value })
  expect(create).toThrow(TypeError)
  expect(create).toThrow(`\`${name}\``)
})

it('remembers at most as many events as a Map holds', async () => {
  const most = createMemoryDedupeStore({ maxEntries: 16_777_216 })
  expect(await stateOf(most, 'a')).toBe('claimed')
  const create = () => createMemoryDedupeStore({ maxEntries: 16_777_217 })
  expect(create).toThrow(new TypeError('`maxEntries` must be at most 16777216.'))
})

it.each([
  ['ttlMS', 'did you mean `ttlMs`?'],
  ['lease', 'did you mean `leaseMs`?'],
  ['prefix', 'it has `leaseMs`, `ttlMs`, `maxEntries`, `now`.'],
])('an unknown option %s throws a TypeError that says %s', (name, cure) => {
  const create = () => createMemoryDedupeStore({ [name]: 1 })
  expect(create).toThrow(TypeError)
  expect(create).toThrow(`Unknown option \`${name}\` of createMemoryDedupeStore; ${cure}`)
})
