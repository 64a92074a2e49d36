import { setTimeout as delay } from 'node:timers/promises'
import { createGate } from '@x/koywe-testkit/gate'
import { describe, expect, it } from 'vitest'
import {
  type Body,
  type ClaimAnswer,
  createKoyweWebhooks,
  type DedupeStore,
} from '../../src/index.js'
import { createInFlight } from '../../src/webhooks/in-flight.js'
import { requestOf, secret, signedEvent } from '../requests.js'

/** Records when `idle` resolves. */
function watch({ idle }: { idle(): Promise<void> }) {
  const seen = { idle: false }
  const resolved = idle().then(() => {
    seen.idle = true
  })
  return { seen, resolved }
}

describe('what is in flight', () => {
  it('is idle at once when nothing is in flight', async () => {
    await createInFlight().idle()
  })

  it('waits for what succeeds, for what fails, and for what starts meanwhile', async () => {
    const inFlight = createInFlight()
    const [first, second] = [createGate(), createGate()]
    const failed = inFlight.track(first.promise)
    const { seen, resolved } = watch(inFlight)
    inFlight.track(second.promise)
    first.fail(new Error('x'))
    await expect(failed).rejects.toThrow('x')
    await delay(5)
    expect(seen.idle).toBe(false)
    second.open()
    await resolved
  })
})

describe('a receiver is idle only when', () => {
  const store = (claim: DedupeStore['claim']): DedupeStore => ({ claim })
  const settings = { logger: false, timeoutMs: 30_000 } as const
  const hasty = { logger: false, timeoutMs: 30 } as const

  it('no body is being read', async () => {
    const body = createGate<Body>()
    const webhooks = createKoyweWebhooks(secret, settings)
    const handled = webhooks.handle({ ...requestOf(''), body: () => body.promise })
    const { seen, resolved } = watch(webhooks)
    await delay(5)
    expect(seen.idle).toBe(false)
    body.open({ text: signedEvent() })
    await resolved
    expect((await handled).status).toBe(200)
  })

  it('no delivery is waiting for the store', async () => {
    const asked = createGate<ClaimAnswer>()
    const ended: string[] = []
    const webhooks = createKoyweWebhooks(secret, {
      ...settings,
      dedupe: store(() => asked.promise),
    })
    webhooks.onAny(() => ended.push('listener'))
    const handled = webhooks.handle(requestOf(signedEvent()))
    const { resolved } = watch(webhooks)
    const note = (how: string) => async () => {
      await delay(5)
      ended.push(how)
    }
    asked.open({ state: 'claimed', complete: note('complete'), release: note('release') })
    await resolved
    expect(ended).toEqual(['listener', 'complete'])
    expect((await handled).status).toBe(200)
  })

  it('a claim that came too late has been released', async () => {
    const asked = createGate<ClaimAnswer>()
    const releasing = createGate()
    const webhooks = createKoyweWebhooks(secret, {
      ...hasty,
      dedupe: store(() => asked.promise),
    })
    expect((await webhooks.handle(requestOf(signedEvent()))).status).toBe(503)
    const { seen, resolved } = watch(webhooks)
    asked.open({ state: 'claimed', complete: async () => {}, release: () => releasing.promise })
    await delay(5)
    expect(seen.idle).toBe(false)
    releasing.open()
    await resolved
  })

  it('the listeners that outlasted the time limit have ended and their claim is settled', async () => {
    const listener = createGate()
    const webhooks = createKoyweWebhooks(secret, hasty).onAny(() => listener.promise)
    expect((await webhooks.handle(requestOf(signedEvent()))).status).toBe(503)
    const { seen, resolved } = watch(webhooks)
    await delay(5)
    expect(seen.idle).toBe(false)
    listener.open()
    await resolved
    const copy = await webhooks.handle(requestOf(signedEvent()))
    expect(JSON.parse(copy.body)).toEqual({ received: true, duplicate: true })
  })
})
