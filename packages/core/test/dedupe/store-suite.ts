import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import type { Claim, ClaimAnswer, DedupeStore, DedupeStoreOptions } from '../../src/dedupe/store.js'
import { storedKey } from '../../src/dedupe/stored-form.js'

/**
 * Creates the stores of two servers that share one memory, each with its own options. With the memory store, both are the same
 * store, with the options of the first.
 */
export type MakeStores = (
  options?: DedupeStoreOptions,
  otherOptions?: DedupeStoreOptions,
) => readonly [Required<DedupeStore>, Required<DedupeStore>]

/** A lease or retention time short enough for a test. */
const briefMs = 300

/** Keys that a careless store would confuse, truncate, interpret or choke on. */
const hostileKeys: readonly string[] = [
  '',
  ' ',
  'plain',
  'plain ',
  'PLAIN',
  'plain\n',
  'plain\0',
  'plain\0more',
  "'; drop table koywe_deliveries; --",
  '"quoted"',
  '$1',
  '$$',
  '\\',
  '%',
  '_',
  '*',
  'koywe:*',
  '[a-z]?',
  '{slot}',
  '{slot}other',
  "' .. redis.call('FLUSHALL') .. '",
  '*3\r\n$3\r\nSET\r\n',
  '__proto__',
  'constructor',
  'ñ',
  'n\u0303',
  '🪝',
  '\ud83d',
  '\ud83e',
  '\ufffd',
  'x'.repeat(10_000),
  `${'x'.repeat(9_999)}y`,
  // Exactly how the key of 10,000 characters is stored.
  storedKey('x'.repeat(10_000)),
  'done',
  'running',
]

/** Tests everything that the contract of a DedupeStore promises. */
export function describeStore(name: string, makeStores: MakeStores): void {
  describe(name, { timeout: 30_000 }, () => {
    it('lets exactly one of 200 concurrent claims handle the event', async () => {
      const [one, other] = makeStores()
      for (const key of [randomUUID(), randomUUID(), randomUUID()]) {
        const states = count(await claimAtOnce(key, 200, one, other))
        expect(states).toEqual({ claimed: 1, in_progress: 199, done: 0 })
      }
    })

    it('answers every duplicate of a completed event with done', async () => {
      const [one, other] = makeStores()
      const key = randomUUID()
      await (await claimed(one, key)).complete()
      const states = count(await claimAtOnce(key, 200, one, other))
      expect(states).toEqual({ claimed: 0, in_progress: 0, done: 200 })
    })

    it('lets the other server claim a released event', async () => {
      const [one, other] = makeStores()
      const key = randomUUID()
      const first = await claimed(one, key)
      expect(await other.claim(key)).toMatchObject({ state: 'in_progress' })
      await first.release()
      const second = await claimed(other, key)
      await first.release()
      expect(await one.claim(key)).toMatchObject({ state: 'in_progress' })
      await second.complete()
      expect(await one.claim(key)).toEqual({ state: 'done' })
    })

    it('keeps an event done, no matter how often its owner completes or releases it afterwards', async () => {
      const [one, other] = makeStores()
      const key = randomUUID()
      const owner = await claimed(one, key)
      await owner.complete()
      await owner.complete()
      await owner.release()
      expect(await other.claim(key)).toEqual({ state: 'done' })
    })

    it('lets exactly one of 200 concurrent claims take over when the lease has ended', async () => {
      const [one, other] = makeStores({ leaseMs: briefMs }, {})
      const [key, deadline] = [randomUUID(), Date.now() + 10_000]
      await claimed(one, key)
      let states = count([])
      while (states.claimed === 0 && Date.now() < deadline) {
        states = count(await claimAtOnce(key, 200, other))
        await delay(20)
      }
      expect(states.claimed).toBe(1)
    })

    it('lets an owner complete after its lease if no one took over', async () => {
      const [one, other] = makeStores({ leaseMs: 1 })
      const key = randomUUID()
      const owner = await claimed(one, key)
      await delay(50)
      await owner.complete()
      expect(await other.claim(key)).toEqual({ state: 'done' })
    })

    it('does not let an owner whose lease ended finish a claim that someone else holds now', async () => {
      const [one, other] = makeStores({ leaseMs: briefMs }, {})
      const key = randomUUID()
      const late = await claimed(one, key)
      const current = await claimedWithin(other, key, 10_000)
      await expect(late.complete()).rejects.toThrow(`lease of ${briefMs} ms`)
      await late.release()
      expect(await one.claim(key)).toMatchObject({ state: 'in_progress' })
      await current.complete()
      expect(await one.claim(key)).toEqual({ state: 'done' })
    })

    it('tells an owner whose lease ended that someone else handled the event', async () => {
      const [one, other] = makeStores({ leaseMs: briefMs }, {})
      const key = randomUUID()
      const late = await claimed(one, key)
      await (await claimedWithin(other, key, 10_000)).complete()
      await expect(late.complete()).rejects.toThrow('claim was lost')
      await late.release()
      expect(await one.claim(key)).toEqual({ state: 'done' })
    })

    it('tells a duplicate how long the lease still holds', async () => {
      const [one, other] = makeStores({ leaseMs: 20_000 }, { leaseMs: 500_000 })
      const key = randomUUID()
      await claimed(one, key)
      const copy = await other.claim(key)
      expect(leftOf(copy)).toSatisfy((ms: number) => ms > 5000 && ms <= 20_000)
      await delay(100)
      expect(leftOf(await other.claim(key))).toBeLessThan(leftOf(copy))
    })

    it('gives an owner a full lease each time it extends its claim', async () => {
      const [one, other] = makeStores({ leaseMs: 2000 }, { leaseMs: 500_000 })
      const key = randomUUID()
      const owner = await claimed(one, key)
      expect(owner.leaseMs).toBe(2000)
      for (const end = Date.now() + 4500; Date.now() < end; await delay(250)) {
        await extend(owner)
        expect(leftOf(await other.claim(key))).toSatisfy((ms: number) => ms > 0 && ms <= 2000)
      }
      await owner.complete()
      expect(await other.claim(key)).toEqual({ state: 'done' })
    })

    it('lets an owner extend its claim after its lease if no one took over', async () => {
      const [one, other] = makeStores({ leaseMs: briefMs })
      const key = randomUUID()
      const owner = await claimed(one, key)
      await delay(briefMs + 100)
      await extend(owner)
      expect(await other.claim(key)).toMatchObject({ state: 'in_progress' })
    })

    it('does not let an owner extend a claim that someone else holds or completed', async () => {
      const [one, other] = makeStores({ leaseMs: briefMs }, {})
      const key = randomUUID()
      const late = await claimed(one, key)
      const current = await claimedWithin(other, key, 10_000)
      await expect(extend(late)).rejects.toThrow(`lease of ${briefMs} ms`)
      await current.complete()
      await expect(extend(late)).rejects.toThrow('claim was lost')
      expect(await one.claim(key)).toEqual({ state: 'done' })
    })

    it('keeps an event as its owner left it, no matter how often the claim is extended afterwards', async () => {
      const [one, other] = makeStores({ leaseMs: briefMs })
      const [done, free] = [randomUUID(), randomUUID()]
      const completer = await claimed(one, done)
      const releaser = await claimed(one, free)
      const late = [extend(completer), extend(releaser)]
      await Promise.all([completer.complete(), releaser.release()])
      await Promise.all([...late, extend(completer), extend(releaser)])
      await delay(briefMs + 100)
      expect(await other.claim(done)).toEqual({ state: 'done' })
      const next = await claimed(other, free)
      await extend(releaser)
      await next.complete()
      expect(await one.claim(free)).toEqual({ state: 'done' })
    })

    it('forgets a completed event when its retention time runs out', async () => {
      const [one, other] = makeStores({ ttlMs: briefMs })
      const key = randomUUID()
      await (await claimed(one, key)).complete()
      await claimedWithin(other, key, 10_000)
      expect(await one.claim(key)).toMatchObject({ state: 'in_progress' })
    })

    it('forgets a completed event, which another server may then claim', async () => {
      const [one, other] = makeStores()
      const [key, beside] = [randomUUID(), randomUUID()]
      for (const event of [key, beside]) await (await claimed(one, event)).complete()
      expect(await other.forget(key)).toBe('forgotten')
      expect(await one.forget(key)).toBe('unknown')
      expect(await one.claim(beside)).toEqual({ state: 'done' })
      await (await claimed(one, key)).complete()
      expect(await other.claim(key)).toEqual({ state: 'done' })
    })

    it('never forgets an event in progress: its claim stays, and completes', async () => {
      const [one, other] = makeStores()
      const key = randomUUID()
      const owner = await claimed(one, key)
      expect(await other.forget(key)).toBe('in_progress')
      expect(await other.claim(key)).toMatchObject({ state: 'in_progress' })
      await extend(owner)
      await owner.complete()
      expect(await other.claim(key)).toEqual({ state: 'done' })
    })

    it('has nothing to forget of an event that was never claimed, was released, or has expired', async () => {
      const [one, other] = makeStores({ leaseMs: briefMs, ttlMs: briefMs })
      const [free, dead, old] = [randomUUID(), randomUUID(), randomUUID()]
      expect(await one.forget(randomUUID())).toBe('unknown')
      await (await claimed(one, free)).release()
      await claimed(one, dead)
      await (await claimed(one, old)).complete()
      await delay(briefMs + 100)
      for (const key of [free, dead, old]) expect(await other.forget(key)).toBe('unknown')
    })

    it('forgets once when 50 callers ask at once', async () => {
      const [one, other] = makeStores()
      const key = randomUUID()
      await (await claimed(one, key)).complete()
      const stores = Array.from({ length: 25 }, () => [one, other]).flat()
      const answers = await Promise.all(stores.map((store) => store.forget(key)))
      expect(answers.filter((answer) => answer === 'forgotten')).toHaveLength(1)
    })

    it('distinguishes hostile keys and executes none of them', async () => {
      const [one, other] = makeStores()
      const owners: Claim[] = []
      for (const key of hostileKeys) owners.push(await claimed(one, key))
      for (const key of hostileKeys)
        expect(await other.claim(key)).toMatchObject({ state: 'in_progress' })
      for (const [index, owner] of owners.entries()) {
        await (index % 2 === 0 ? owner.complete() : owner.release())
      }
      for (const [index, key] of hostileKeys.entries()) {
        expect((await other.claim(key)).state).toBe(index % 2 === 0 ? 'done' : 'claimed')
      }
      for (const [index, key] of hostileKeys.entries()) {
        expect(await one.forget(key)).toBe(index % 2 === 0 ? 'forgotten' : 'in_progress')
      }
    })

    it('in any interleaving, never lets two owners handle an event at once, or one after its completion', async () => {
      const stores = makeStores()
      const events = Array.from({ length: 5 }, () => ({ key: randomUUID(), running: 0, turns: 0 }))
      const isDone = ({ turns }: { turns: number }): boolean => turns >= 5
      const faults: string[] = []

      async function server(store: DedupeStore): Promise<void> {
        for (let step = 0; step < 200 && !events.every(isDone); step++) {
          for (const event of events) {
            const claim = await store.claim(event.key)
            if (claim.state === 'done' && !isDone(event))
              faults.push('done before it was completed')
            if (claim.state !== 'claimed') continue
            if (isDone(event)) faults.push('claimed after it was completed')
            if (event.running++ > 0) faults.push('two at once')
            await delay(Math.random() * 4)
            event.running--
            event.turns++
            await (isDone(event) ? claim.complete() : claim.release())
          }
        }
      }

      await Promise.all([...stores, ...stores, ...stores, ...stores, ...stores].map(server))
      expect(faults).toEqual([])
      expect(events.map(({ turns }) => turns)).toEqual([5, 5, 5, 5, 5])
    })

    it('refuses a lease or a retention time that is not a number above 0', () => {
      for (const wrong of [0, -1, Number.NaN]) {
        expect(() => makeStores({ leaseMs: wrong })).toThrow(TypeError)
        expect(() => makeStores({ ttlMs: wrong })).toThrow(TypeError)
      }
    })
  })
}

/** Renews a claim's lease, as the receiver does while the listeners run. */
async function extend(claim: Claim): Promise<void> {
  if (!claim.extend) throw new Error('the claim cannot be extended')
  await claim.extend()
}

/** The milliseconds that the lease of an event in progress still holds. */
function leftOf(claim: ClaimAnswer): number {
  return (claim.state === 'in_progress' && claim.retryAfterMs) || Number.NaN
}

/** Claims a key that must be free. */
export async function claimed(store: DedupeStore, key: string): Promise<Claim> {
  const claim = await store.claim(key)
  if (claim.state === 'claimed') return claim
  throw new Error(`expected to claim the event, but it is ${claim.state}`)
}

/** Claims a key as soon as it is free. */
export async function claimedWithin(store: DedupeStore, key: string, ms: number): Promise<Claim> {
  for (const deadline = Date.now() + ms; ; await delay(10)) {
    const claim = await store.claim(key)
    if (claim.state === 'claimed') return claim
    if (Date.now() > deadline) throw new Error(`the event is still ${claim.state} after ${ms} ms`)
  }
}

function claimAtOnce(
  key: string,
  copies: number,
  ...stores: DedupeStore[]
): Promise<ClaimAnswer[]> {
  const claims: Promise<ClaimAnswer>[] = []
  while (claims.length < copies) for (const store of stores) claims.push(store.claim(key))
  return Promise.all(claims)
}

function count(claims: readonly ClaimAnswer[]): Record<ClaimAnswer['state'], number> {
  const states = { claimed: 0, in_progress: 0, done: 0 }
  for (const { state } of claims) states[state]++
  return states
}
