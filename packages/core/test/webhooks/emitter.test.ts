import { setImmediate as turn } from 'node:timers/promises'
import { createGate } from '@x/koywe-testkit/gate'
import { describe, expect, it } from 'vitest'
import { type KoyweEventMap, koyweEventNames, type UnknownKoyweEvent } from '../../src/index.js'
import { createRampScheme } from '../../src/ramp/ramp-scheme.js'
import { exampleEvents } from '../../src/testing.js'
import { alwaysClaimed } from '../../src/webhooks/claim.js'
import type { Delivery } from '../../src/webhooks/delivery.js'
import { createEmitter } from '../../src/webhooks/emitter.js'

const event = exampleEvents.crypto_delivered
/** Only passed to listeners. */
const delivery: Delivery = {
  id: 'an id',
  signedText: '{}',
  occurredAt: undefined,
  secretIndex: 0,
  receivedAt: new Date(),
  signal: new AbortController().signal,
  claim: alwaysClaimed,
}

const createRampEmitter = () =>
  createEmitter<KoyweEventMap, UnknownKoyweEvent>(createRampScheme('a secret'))

/** An emitter and the calls that its listeners recorded. */
function setUp() {
  const calls: string[] = []
  const { emitter, emit } = createRampEmitter()
  const note = (name: string) => () => {
    calls.push(name)
  }
  return { emitter, emit, calls, note }
}

describe('emit', () => {
  it('waits for a function that is thenable, as the promises of RPC libraries are', async () => {
    const { emitter, emit } = setUp()
    const failed = new Error('the remote call failed')
    const pending = Object.assign(() => {}, {
      // biome-ignore lint/suspicious/noThenProperty: this is the thenable
      then: (_resolve: unknown, reject: (error: Error) => void) => reject(failed),
    })
    emitter.on('crypto_delivered', () => pending)
    expect(await emit(event, delivery)).toEqual([failed])
  })

  it.each([[null], [undefined], [false], [{}], [() => {}]])(
    'counts a listener that returns %o as a success',
    async (result) => {
      const { emitter, emit } = setUp()
      emitter.on('crypto_delivered', () => result)
      expect(await emit(event, delivery)).toEqual([])
    },
  )

  it('starts the listeners of the name and then those of any event, in the order they were added', async () => {
    const { emitter, emit, calls, note } = setUp()
    emitter
      .onAny(note('any 1'))
      .on('crypto_delivered', note('1'))
      .once('crypto_delivered', note('2'))
      .on('crypto_tx_failed', note('another name'))
      .on('crypto_delivered', note('3'))
      .onAny(note('any 2'))
    await emit(event, delivery)
    expect(calls).toEqual(['1', '2', '3', 'any 1', 'any 2'])
  })

  it('passes the event and its delivery themselves', async () => {
    const { emitter, emit } = setUp()
    const handed: unknown[] = []
    emitter.on('crypto_delivered', (...all) => handed.push(...all))
    await emit(event, delivery)
    expect(handed).toHaveLength(2)
    expect(handed[0]).toBe(event)
    expect(handed[1]).toBe(delivery)
  })

  it('settles when the last listener has, and starts all of them together', async () => {
    const { emitter, emit, calls, note } = setUp()
    const gate = createGate()
    emitter
      .on('crypto_delivered', async () => {
        await gate.promise
        calls.push('slow')
      })
      .onAny(note('quick'))
    let ended = false
    const emitted = (async () => {
      await emit(event, delivery)
      ended = true
    })()
    await turn()
    expect({ calls, ended }).toEqual({ calls: ['quick'], ended: false })
    gate.open()
    await emitted
    expect(calls).toEqual(['quick', 'slow'])
  })

  it('runs every listener even when some throw or reject, and collects their errors', async () => {
    const { emitter, emit, calls, note } = setUp()
    const thrown = new Error('thrown')
    const rejected = new Error('rejected')
    emitter
      .on('crypto_delivered', () => {
        throw thrown
      })
      .on('crypto_delivered', async () => {
        await turn()
        throw rejected
      })
      .on('crypto_delivered', note('after them'))
      .onAny(() => Promise.reject())
    const errors = await emit(event, delivery)
    expect(calls).toEqual(['after them'])
    expect(errors).toEqual([thrown, rejected, undefined])
  })

  it('does nothing without listeners, and for names that no listener can have', async () => {
    const { emit } = setUp()
    await emit(event, delivery)
    for (const eventName of ['toString', '__proto__', 'any event', '']) {
      await emit({ eventName }, delivery)
    }
  })

  it('applies what a listener adds from the next event on', async () => {
    const { emitter, emit, calls, note } = setUp()
    emitter.once('crypto_delivered', () => {
      emitter.on('crypto_delivered', note('by name')).onAny(note('by any'))
    })
    await emit(event, delivery)
    expect(calls).toEqual([])
    await emit(event, delivery)
    expect(calls).toEqual(['by name', 'by any'])
  })

  it('applies what a listener removes from the next event on', async () => {
    const { emitter, emit, calls, note } = setUp()
    const last = note('last')
    const any = note('any')
    emitter
      .on('crypto_delivered', () => emitter.off('crypto_delivered', last).offAny(any))
      .on('crypto_delivered', last)
      .onAny(any)
    await emit(event, delivery)
    await emit(event, delivery)
    expect(calls).toEqual(['last', 'any'])
  })

  it('calls a listener as often as it was added', async () => {
    const { emitter, emit, calls, note } = setUp()
    const twice = note('twice')
    emitter.on('crypto_delivered', twice).on('crypto_delivered', twice)
    await emit(event, delivery)
    emitter.off('crypto_delivered', twice)
    await emit(event, delivery)
    expect(calls).toEqual(['twice', 'twice', 'twice'])
  })
})

describe('a list of names', () => {
  it('adds a listener for each, and removes it for each', async () => {
    const { emitter, emit, calls, note } = setUp()
    const listener = note('heard')
    emitter.on(['crypto_delivered', 'fiat_delivered'], listener)
    await emit(event, delivery)
    await emit(exampleEvents.fiat_delivered, delivery)
    await emit(exampleEvents.fiat_sent, delivery)
    expect(calls).toEqual(['heard', 'heard'])
    emitter.off(['fiat_delivered', 'crypto_delivered'], listener)
    await emit(event, delivery)
    await emit(exampleEvents.fiat_delivered, delivery)
    expect(calls).toEqual(['heard', 'heard'])
  })

  it('of which one is unknown adds no listener', async () => {
    const { emitter, emit, calls, note } = setUp()
    const names = ['crypto_delivered', 'fiat_delivred'] as 'crypto_delivered'[] // as plain JavaScript may
    expect(() => emitter.on(names, note('heard'))).toThrow('Did you mean "fiat_delivered"?')
    await emit(event, delivery)
    expect(calls).toEqual([])
  })

  it('must not be empty', () => {
    const { emitter, note } = setUp()
    const empty = new TypeError('The list of event names is empty.')
    expect(() => emitter.on([], note('heard'))).toThrow(empty)
    expect(() => emitter.off([], note('heard'))).toThrow(empty)
  })
})

describe('an unknown name', () => {
  const attempt = (name: string) => () =>
    createRampEmitter().emitter.on(name as 'fiat_sent', () => {})

  it.each([
    ['crypto_deliverd', 'crypto_delivered'],
    ['crypto.delivered', 'crypto_delivered'],
    ['CRYPTO_DELIVERED', 'crypto_delivered'],
    ['paymentReceived', 'payment_received'],
    ['wire_order_cancelled', 'wire_order_canceled'],
  ])('%s is a TypeError that suggests %s', (wrong, right) => {
    expect(attempt(wrong)).toThrow(TypeError)
    expect(attempt(wrong)).toThrow(`Did you mean "${right}"?`)
  })

  it('that is near to none is a TypeError that lists the known ones', () => {
    expect(attempt('nope')).toThrow(/payment_created, .*refund_delivered\)\. To handle a newer/)
  })
})

describe('once', () => {
  it('ends with the first success, and leaves the listeners around it', async () => {
    const { emitter, emit, calls, note } = setUp()
    emitter
      .on('crypto_delivered', note('before'))
      .once('crypto_delivered', note('once'))
      .on('crypto_delivered', note('after'))
    await emit(event, delivery)
    await emit(event, delivery)
    expect(calls).toEqual(['before', 'once', 'after', 'before', 'after'])
  })

  it('does not count as a listener after that', async () => {
    const { emitter, emit, hears } = createRampEmitter()
    emitter.once('crypto_delivered', () => {})
    expect(hears('crypto_delivered')).toBe(true)
    await emit(event, delivery)
    expect(hears('crypto_delivered')).toBe(false)
  })

  it('stays after a failure, at its place', async () => {
    const { emitter, emit, calls, note } = setUp()
    let failures = 1
    emitter
      .once('crypto_delivered', async () => {
        calls.push('once')
        if (failures-- > 0) throw new Error('not yet')
      })
      .on('crypto_delivered', note('next'))
    expect(await emit(event, delivery)).toEqual([expect.objectContaining({ message: 'not yet' })])
    await emit(event, delivery)
    await emit(event, delivery)
    expect(calls).toEqual(['once', 'next', 'once', 'next', 'next'])
  })

  it('is not started a second time while it runs', async () => {
    const { emitter, emit, calls } = setUp()
    const gate = createGate()
    emitter.once('crypto_delivered', async () => {
      calls.push('once')
      await gate.promise
    })
    const first = emit(event, delivery)
    await emit(event, delivery)
    gate.open()
    await first
    expect(calls).toEqual(['once'])
  })

  it('stays removed when it is removed while running and then fails', async () => {
    const { emitter, emit, calls } = setUp()
    const gate = createGate()
    const listener = async () => {
      calls.push('once')
      await gate.promise
    }
    emitter.once('crypto_delivered', listener)
    const first = emit(event, delivery)
    emitter.off('crypto_delivered', listener)
    gate.fail(new Error('too bad'))
    expect(await first).toEqual([expect.objectContaining({ message: 'too bad' })])
    await emit(event, delivery)
    expect(calls).toEqual(['once'])
  })

  it('ends with off before any event', async () => {
    const { emitter, emit, calls, note } = setUp()
    const listener = note('once')
    emitter.once('crypto_delivered', listener).off('crypto_delivered', listener)
    await emit(event, delivery)
    expect(calls).toEqual([])
  })
})

describe('off and offAny', () => {
  it('remove only the listener of that name', async () => {
    const { emitter, emit, calls, note } = setUp()
    const listener = note('here')
    emitter
      .off('crypto_delivered', listener)
      .offAny(listener)
      .on('crypto_delivered', listener)
      .onAny(listener)
      .off('crypto_tx_failed', listener)
      .off('crypto_delivered', note('here'))
    await emit(event, delivery)
    emitter.onAny(note('other')).offAny(note('other')).offAny(listener)
    await emit(event, delivery)
    expect(calls).toEqual(['here', 'here', 'here', 'other'])
  })

  it('remove a listener from behind another', async () => {
    const { emitter, emit, calls, note } = setUp()
    const [first, second] = [note('first'), note('second')]
    emitter.onAny(first).onAny(second).offAny(second)
    await emit(event, delivery)
    expect(calls).toEqual(['first'])
  })
})

describe('the methods', () => {
  it('return the object they were called on', () => {
    const { emitter } = createRampEmitter()
    const listener = () => {}
    expect(emitter.on('fiat_sent', listener)).toBe(emitter)
    expect(emitter.once('fiat_sent', listener)).toBe(emitter)
    expect(emitter.off('fiat_sent', listener)).toBe(emitter)
    expect(emitter.onAny(listener)).toBe(emitter)
    expect(emitter.offAny(listener)).toBe(emitter)
  })

  it('work when detached from the object', async () => {
    const { emitter, emit, calls, note } = setUp()
    const { on } = emitter
    on.call({} as typeof emitter, 'crypto_delivered', note('heard')) // what it is called on is only returned
    await emit(event, delivery)
    expect(calls).toEqual(['heard'])
  })

  it('accept every name that Koywe is known to send', () => {
    const { emitter } = createRampEmitter()
    for (const name of koyweEventNames) emitter.on(name, () => {})
  })

  it.each([
    ['crypto_deliverd'],
    ['CRYPTO_DELIVERED'],
    ['toString'],
    [''],
    [undefined],
    [Symbol('x')],
  ])('throw a TypeError that names the cure for the unknown name %s', (name) => {
    const { emitter } = createRampEmitter()
    for (const method of ['on', 'once', 'off'] as const) {
      // What plain JavaScript may pass.
      const call = () => emitter[method](name as 'fiat_sent', () => {})
      expect(call).toThrow(TypeError)
      expect(call).toThrow('use onAny')
      expect(call).toThrow('(payment_created, payment_received, ')
    }
  })

  it('throw a TypeError for a listener that is not a function', () => {
    const { emitter } = createRampEmitter()
    const wrong = 'a text' as unknown as () => void // what plain JavaScript may pass
    const message = new TypeError('A listener must be a function.')
    expect(() => emitter.on('fiat_sent', wrong)).toThrow(message)
    expect(() => emitter.once('fiat_sent', wrong)).toThrow(message)
    expect(() => emitter.onAny(wrong)).toThrow(message)
  })
})
