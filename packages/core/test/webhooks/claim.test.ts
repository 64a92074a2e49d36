import { setTimeout as delay } from 'node:timers/promises'
import { createGate } from '@x/koywe-testkit/gate'
import { createMemoryLog } from '@x/koywe-testkit/memory-log'
import { describe, expect, it, vi } from 'vitest'
import {
  type Claim,
  type ClaimAnswer,
  createKoyweWebhooks,
  createMemoryDedupeStore,
  type DedupeStore,
  KoyweError,
  type KoyweWebhooksOptions,
} from '../../src/index.js'
import { requestOf, secret, signedEvent } from '../requests.js'

/** For a delivery whose store is late. */
const brief = { timeoutMs: 50 }

/** A receiver with the test's own store. */
function setUp(dedupe: DedupeStore | false, options: KoyweWebhooksOptions = {}) {
  const log = createMemoryLog()
  const webhooks = createKoyweWebhooks(secret, { dedupe, logger: log, ...options })
  const heard: unknown[] = []
  webhooks.onAny((event) => heard.push(event))
  const send = async (body = signedEvent()) => {
    const { status, body: answer, headers } = await webhooks.handle(requestOf(body))
    return { status, ...JSON.parse(answer), retryAfter: headers['retry-after'] }
  }
  return { webhooks, log, heard, send }
}

it.each(['a proxy that is revoked', 'an object without a prototype'])(
  'answers 503 to a store that throws %s',
  async (what) => {
    const { proxy, revoke } = Proxy.revocable({}, {})
    revoke()
    const thrown = what.startsWith('a proxy') ? proxy : Object.create(null)
    const { send, heard, log } = setUp({ claim: () => Promise.reject(thrown) })
    expect(await send()).toMatchObject({ status: 503, error: 'store_unavailable' })
    expect(heard).toEqual([])
    expect(log.lines).toEqual([expect.stringContaining('it threw a value that cannot be read')])
  },
)

/** A claim that records how it ended. */
function createClaim(ending: Partial<Claim> = {}) {
  const ended: string[] = []
  const claim: Claim = {
    state: 'claimed',
    async complete() {
      ended.push('complete')
    },
    async release() {
      ended.push('release')
    },
    ...ending,
  }
  return { claim, ended }
}

const unavailable = { status: 503, error: 'store_unavailable', retryAfter: '5' }

describe('a store that does not grant a claim', () => {
  it.each<[string, DedupeStore['claim']]>([
    ['rejects', () => Promise.reject(new Error('ECONNREFUSED'))],
    [
      'throws',
      () => {
        throw new Error('ECONNREFUSED')
      },
    ],
    ['rejects with a text', () => Promise.reject('ECONNREFUSED')],
    // As Node does for a host that refused on all its addresses.
    [
      'rejects with a code and no message',
      () => Promise.reject(Object.assign(new AggregateError([]), { code: 'ECONNREFUSED' })),
    ],
    [
      'rejects with a name alone',
      () => Promise.reject(Object.assign(new Error(), { name: 'ECONNREFUSED' })),
    ],
  ])(
    'and %s is answered with 503, no listener runs, and the log has the reason',
    async (_, claim) => {
      const { send, heard, log } = setUp({ claim })
      expect(await send()).toEqual(unavailable)
      expect(heard).toEqual([])
      expect(log.lines).toEqual([
        expect.stringContaining('unavailable: ECONNREFUSED. The event was not handled'),
      ])
    },
  )

  it('and never answers is abandoned at the time limit', async () => {
    const { send, heard, log } = setUp({ claim: () => new Promise(() => {}) }, brief)
    expect(await send()).toEqual(unavailable)
    expect(heard).toEqual([])
    expect(log.lines.join()).toContain('did not answer in time')
  })

  it('and answers too late has its claim released, so that the retry is handled', async () => {
    const gate = createGate<ClaimAnswer>()
    const { claim, ended } = createClaim()
    const { send, heard, webhooks, log } = setUp({ claim: () => gate.promise }, brief)
    expect(await send()).toEqual(unavailable)
    gate.open(claim)
    await webhooks.idle()
    expect(ended).toEqual(['release'])
    expect(heard).toEqual([])
    expect(log.lines).toEqual([expect.stringContaining('did not answer in time')])
  })

  it.each<[string, (gate: ReturnType<typeof createGate<ClaimAnswer>>) => void]>([
    ['fails', (gate) => gate.fail(new Error('late'))],
    ['says done', (gate) => gate.open({ state: 'done' })],
    ['says in progress', (gate) => gate.open({ state: 'in_progress' })],
  ])('and %s too late changes nothing, and the log has one line', async (_what, end) => {
    const gate = createGate<ClaimAnswer>()
    const { send, heard, webhooks, log } = setUp({ claim: () => gate.promise }, brief)
    expect(await send()).toEqual(unavailable)
    end(gate)
    // An unhandled rejection would fail this run.
    await webhooks.idle()
    await delay(10)
    expect(heard).toEqual([])
    expect(log.lines).toEqual([expect.stringContaining('did not answer in time')])
  })
})

describe('a store that cannot record completion', () => {
  const broken = async () => {
    throw new Error('ECONNRESET')
  }

  it('is no reason to ask for a retry of a handled event: 200, and a log line', async () => {
    const { claim } = createClaim({ complete: broken })
    const { send, heard, log } = setUp({ claim: async () => claim })
    expect(await send()).toEqual({ status: 200, received: true, retryAfter: undefined })
    expect(heard).toHaveLength(1)
    expect(log.lines).toEqual([expect.stringContaining('could not record it')])
    expect(log.errors).toEqual([expect.objectContaining({ message: 'ECONNRESET' })])
  })

  it('does not hide that a listener failed', async () => {
    const { claim } = createClaim({ release: broken })
    const { send, webhooks, log } = setUp({ claim: async () => claim })
    webhooks.on('crypto_delivered', broken)
    expect(await send()).toMatchObject({ status: 500, error: 'handler_failed' })
    expect(log.lines).toEqual([
      expect.stringMatching(
        /^koywe handler_failed: a listener failed\. \(event "crypto_delivered"/,
      ),
      expect.stringMatching(/could not be released.* expires\. \(event "crypto_delivered"/),
    ])
  })

  it('because the event was not handled after all, is answered like a failed listener, and the claim is released', async () => {
    const rolledBack = () => Promise.reject(new KoyweError('handler_failed', 'not committed'))
    const { claim, ended } = createClaim({ complete: rolledBack })
    const { send, log } = setUp({ claim: async () => claim })
    expect(await send()).toEqual({ status: 500, error: 'handler_failed', retryAfter: undefined })
    expect(ended).toEqual(['release'])
    expect(log.errors).toEqual([expect.objectContaining({ message: 'not committed' })])
    expect(log.lines).toEqual([
      expect.stringContaining('koywe handler_failed: the event could not be completed. (event'),
    ])
  })

  it('because complete never settles, is awaited until the time limit', async () => {
    const { claim } = createClaim({ complete: () => new Promise(() => {}) })
    const { send, log } = setUp({ claim: async () => claim }, brief)
    expect(await send()).toMatchObject({ status: 503, error: 'timeout' })
    // It is not the listeners that are too slow.
    expect(log.lines).toEqual([
      expect.stringMatching(
        /did not confirm it in time\..* once the store has recorded the event\./,
      ),
    ])
  })
})

it('logs a mistake of the set-up that shows only after the time limit', async () => {
  const gate = createGate<ClaimAnswer>()
  const { send, log } = setUp({ claim: () => gate.promise }, brief)
  expect(await send()).toEqual(unavailable)
  gate.open('OK' as unknown as ClaimAnswer) // what plain JavaScript may make
  await expect.poll(() => log.errors).toEqual([expect.any(TypeError)])
  expect(log.lines.at(-1)).toContain('failed after it had been answered')
})

describe('a store whose answer is not a claim', () => {
  it.each([[undefined], [null], [true], [false], ['OK'], [1], [{}], [{ state: 'new' }]])(
    'as %j, is a mistake of the set-up: a TypeError for the framework, and no listener runs',
    async (answer) => {
      // What plain JavaScript may make.
      const { webhooks, heard } = setUp({ claim: async () => answer as unknown as ClaimAnswer })
      const handled = webhooks.handle(requestOf(signedEvent()))
      await expect(handled).rejects.toThrow(TypeError)
      await expect(handled).rejects.toThrow("'in_progress'")
      expect(heard).toEqual([])
    },
  )
})

describe('with a working store', () => {
  it('is asked with the SHA-256 of the signed text, whichever secret signed it', async () => {
    const keys: string[] = []
    const memory = createMemoryDedupeStore()
    const store: DedupeStore = {
      claim(key) {
        keys.push(key)
        return memory.claim(key)
      },
    }
    const { webhooks, send } = setUp(store)
    let id = ''
    webhooks.onAny((_event, delivery) => {
      id = delivery.id
    })
    await send()
    expect(keys).toEqual([id])
  })

  it('is not asked for a webhook that is refused', async () => {
    const { send } = setUp({ claim: () => expect.fail('was asked') })
    expect(await send(signedEvent().replace('crypto', 'Crypto'))).toMatchObject({ status: 401 })
    expect(await send('{')).toMatchObject({ status: 400 })
  })

  it('the claim is completed after success and released after failure', async () => {
    const { claim, ended } = createClaim()
    const { send, webhooks } = setUp({ claim: async () => claim })
    await send()
    expect(ended).toEqual(['complete'])
    webhooks.onAny(() => Promise.reject(new Error('x')))
    await send()
    expect(ended).toEqual(['complete', 'release'])
  })

  it('a failed event is handled again, and a handled one is not', async () => {
    const { send, webhooks, heard } = setUp(createMemoryDedupeStore())
    webhooks.once('crypto_delivered', async (_event, { claim }) => {
      expect(claim.state).toBe('claimed')
    })
    let failures = 1
    webhooks.onAny(() => {
      if (failures-- > 0) throw new Error('not yet')
    })
    expect((await send()).status).toBe(500)
    expect(await send()).toEqual({ status: 200, received: true, retryAfter: undefined })
    expect(await send()).toMatchObject({ status: 200, received: true, duplicate: true })
    expect(heard).toHaveLength(2)
  })

  it('200 concurrent duplicates run the listeners once', async () => {
    const { send, heard, webhooks } = setUp(createMemoryDedupeStore())
    const gate = createGate()
    webhooks.onAny(() => gate.promise)
    const answers = Array.from({ length: 200 }, () => send())
    await expect.poll(() => heard.length).toBe(1)
    await delay(10)
    gate.open()
    const statuses = (await Promise.all(answers)).map(({ status }) => status)
    expect(statuses.filter((status) => status === 200)).toHaveLength(1)
    expect(statuses.filter((status) => status === 503)).toHaveLength(199)
    expect(heard).toHaveLength(1)
  })
})

describe('a claim whose lease cannot be renewed', () => {
  it('is logged with its event, and no longer renewed once the listeners have ended', async () => {
    const extend = vi.fn(() => Promise.reject(new Error('ECONNRESET')))
    const { claim, ended } = createClaim({ leaseMs: 30, extend })
    const { send, webhooks, log } = setUp({ claim: async () => claim })
    const gate = createGate()
    webhooks.onAny(() => gate.promise)
    const answer = send()
    await expect.poll(() => extend.mock.calls.length).toBeGreaterThan(1)
    gate.open()
    expect((await answer).status).toBe(200)
    const renewals = extend.mock.calls.length
    await delay(50)
    expect(extend).toHaveBeenCalledTimes(renewals)
    expect(ended).toEqual(['complete'])
    expect(log.lines).toEqual([
      expect.stringMatching(/could not be renewed\..* \(event "crypto_delivered"/),
    ])
    expect(log.errors).toEqual([expect.objectContaining({ message: 'ECONNRESET' })])
  })
})

describe('an event in progress', () => {
  it.each([
    [undefined, /has died\. The sender was asked to retry/],
    [60_000, /has died; unless renewed, the claim ends at .*Z\. The sender was asked to retry/],
  ])(
    'for %s ms more is logged with the end of its claim, if the store knows it',
    async (retryAfterMs, sentence) => {
      const answer = { state: 'in_progress', ...(retryAfterMs && { retryAfterMs }) } as const
      const { send, log } = setUp({ claim: async () => answer })
      const now = Date.now()
      expect(await send()).toEqual({ status: 503, error: 'in_progress', retryAfter: '5' })
      expect(log.lines).toEqual([expect.stringMatching(sentence)])
      if (retryAfterMs === undefined) return
      const end = new Date(/ends at (\S+Z)/.exec(log.lines[0] ?? '')?.[1] ?? '').getTime()
      expect(end - now).toBeGreaterThanOrEqual(retryAfterMs)
      expect(end - now).toBeLessThan(retryAfterMs + 10_000)
    },
  )
})

describe('with dedupe: false', () => {
  it('every duplicate is handled, under a claim that needs no store', async () => {
    const { send, heard, webhooks, log } = setUp(false)
    const states: string[] = []
    webhooks.onAny((_event, { claim }) => states.push(claim.state))
    for (const _copy of [1, 2, 3]) expect((await send()).status).toBe(200)
    expect(heard).toHaveLength(3)
    expect(states).toEqual(['claimed', 'claimed', 'claimed'])
    expect(log.lines).toEqual([])
  })

  it('a failed listener is answered with 500, and logged alone', async () => {
    const { send, webhooks, log } = setUp(false)
    webhooks.onAny(() => Promise.reject(new Error('x')))
    expect((await send()).status).toBe(500)
    expect(log.lines).toEqual([expect.stringContaining('handler_failed')])
  })
})
