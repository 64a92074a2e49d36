import { createMemoryLog } from '@x/koywe-testkit/memory-log'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Claim } from '../../src/index.js'
import { renewLease } from '../../src/webhooks/renew-lease.js'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

const leaseMs = 30_000

/** Renews a claim of this form, on a clock that the test moves. */
function renewing(parts: Partial<Claim>) {
  const log = createMemoryLog()
  const claim: Claim = { state: 'claimed', async complete() {}, async release() {}, ...parts }
  return { log, stop: renewLease(claim, log) }
}

const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms)

describe('renewing', () => {
  it('happens every third of the lease, until it is stopped', async () => {
    const extend = vi.fn(async () => {})
    const { stop, log } = renewing({ leaseMs, extend })
    for (const renewals of [1, 2, 3]) {
      await pass(leaseMs / 3 - 1)
      expect(extend).toHaveBeenCalledTimes(renewals - 1)
      await pass(1)
      expect(extend).toHaveBeenCalledTimes(renewals)
    }
    stop()
    await pass(leaseMs)
    expect(extend).toHaveBeenCalledTimes(3)
    expect(log.lines).toEqual([])
    expect(vi.getTimerCount()).toBe(0)
  })

  it.each([
    ['extend', { leaseMs }],
    ['leaseMs', { extend: () => expect.fail('was renewed') }],
  ])('leaves a claim without %s alone', async (_name, parts) => {
    const { stop, log } = renewing(parts)
    await pass(20 * leaseMs)
    stop()
    expect(log.lines).toEqual([])
  })

  it('is logged when it fails, once, and tried again', async () => {
    const extend = vi.fn(() => Promise.reject(new Error('ECONNREFUSED')))
    const { stop, log } = renewing({ leaseMs, extend })
    await pass(leaseMs)
    stop()
    expect(extend).toHaveBeenCalledTimes(3)
    expect(log.lines).toEqual([expect.stringMatching(/could not be renewed.*lets only one/)])
    expect(log.errors).toEqual([expect.objectContaining({ message: 'ECONNREFUSED' })])
  })

  it('is logged when the store does not answer, and asks it only once in the meantime', async () => {
    const waiting: (() => void)[] = []
    const extend = vi.fn(() => new Promise<void>((resolve) => waiting.push(resolve)))
    const { stop, log } = renewing({ leaseMs, extend })
    await pass(leaseMs)
    expect(extend).toHaveBeenCalledOnce()
    expect(log.lines).toHaveLength(1)
    expect(log.errors).toEqual([
      expect.objectContaining({ message: expect.stringContaining('has not answered') }),
    ])
    waiting[0]?.()
    await pass(leaseMs / 3)
    stop()
    expect(extend).toHaveBeenCalledTimes(2)
  })

  it('logs nothing about a renewal that fails after it was stopped', async () => {
    let fail = (_error: Error): void => {}
    const extend = () =>
      new Promise<void>((_resolve, reject) => {
        fail = reject
      })
    const { stop, log } = renewing({ leaseMs, extend })
    await pass(leaseMs / 3)
    stop()
    fail(new Error('late'))
    await pass(leaseMs)
    expect(log.lines).toEqual([])
  })

  it('ends after ten leases and says so, since a listener may never finish', async () => {
    const extend = vi.fn(async () => {})
    const { log } = renewing({ leaseMs, extend })
    await pass(10 * leaseMs - 1)
    expect(log.lines).toEqual([])
    await pass(1)
    expect(log.errors).toEqual([
      expect.objectContaining({
        message: 'The listeners have run for 10 leases of 30000 ms. Raise `leaseMs`.',
      }),
    ])
    await pass(10 * leaseMs)
    expect(extend).toHaveBeenCalledTimes(29)
    expect(log.lines).toHaveLength(1)
    expect(vi.getTimerCount()).toBe(0)
  })

  it.each([[Number.POSITIVE_INFINITY], [100 * 365 * 24 * 3_600_000]])(
    'with a lease of %d ms does not begin at once',
    async (endless) => {
      const extend = () => expect.fail('was renewed')
      const { stop, log } = renewing({ leaseMs: endless, extend })
      await pass(24 * 3_600_000)
      stop()
      expect(log.lines).toEqual([])
    },
  )
})
