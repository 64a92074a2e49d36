import { createHmac } from 'node:crypto'
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { Webhooks } from '@octokit/webhooks'
import { createKoyweWebhooks, type KoyweWebhooks, koyweChannels } from '@x/koywe-core'
import { instrumentKoywe } from '@x/koywe-core/opentelemetry'
import { Webhook } from 'standardwebhooks'
import { Stripe } from 'stripe'
import { deliveryOf, eventText, hmacOf, secret } from './deliveries.js'
import { requestOf } from './request-of.js'
import { verifyByHand } from './verify-by-hand.js'

/** Handles one prepared delivery. Returns whether it was accepted. */
export type Job = () => boolean | Promise<boolean>

/** Something that verifies deliveries. */
export interface Contestant {
  readonly name: string
  /** Prepares the delivery with that index. The sender's work, such as signing, happens here and is not measured. */
  prepare(index: number, forged: boolean): Job
  /** Begins to observe this process's deliveries, for this contestant alone. Returns what ends it. */
  readonly observe?: () => () => void
  /** It cannot refuse a forged delivery. */
  readonly acceptsAll?: true
}

/** The names that goals refer to. */
export const bareHmac = 'bare HMAC'
export const receiver = 'receiver, no duplicates memory'
export const receiverWithMemory = 'receiver, memory store, one listener'
export const receiverWithSubscriber = `${receiverWithMemory}, a subscriber`
export const receiverWithSpans = `${receiverWithMemory}, instrumentKoywe`

/** All contestants, each through its public API. */
export function createContestants(): readonly Contestant[] {
  const octokit = new Webhooks({ secret })
  const octokitListening = new Webhooks({ secret })
  octokitListening.on('push', () => {})
  const stripe = new Stripe('sk_test_of_the_benchmark')
  const standard = new Webhook(Buffer.from(secret).toString('base64'))
  const webhooks = createKoyweWebhooks(secret, { dedupe: false, logger: false })
  const listening = createKoyweWebhooks(secret, { logger: false })
  listening.on('crypto_delivered', () => {})

  return [
    {
      name: bareHmac,
      acceptsAll: true,
      prepare(index) {
        const text = eventText(index)
        return () => hmacOf(text).length === 64
      },
    },
    {
      name: 'written by hand',
      prepare(index, forged) {
        const bytes = deliveryOf(index, forged)
        return () => verifyByHand(bytes) !== undefined
      },
    },
    {
      name: '@octokit/webhooks verify',
      prepare(index, forged) {
        const { bytes, signature } = signOutside(index, forged)
        return async () => {
          const text = bytes.toString()
          if (!(await octokit.verify(text, `sha256=${signature}`))) return false
          return typeof JSON.parse(text) === 'object'
        }
      },
    },
    {
      name: '@octokit/webhooks, one listener',
      prepare(index, forged) {
        const { bytes, signature } = signOutside(index, forged)
        return async () => {
          const payload = bytes.toString()
          const delivery = { id: '1', name: 'push', payload, signature: `sha256=${signature}` }
          return succeeds(() => octokitListening.verifyAndReceive(delivery))
        }
      },
    },
    {
      name: 'stripe constructEvent',
      prepare(index, forged) {
        const time = Math.floor(Date.now() / 1000)
        const { bytes, signature } = signOutside(index, forged, `${time}.`)
        const header = `t=${time},v1=${signature}`
        return () => {
          try {
            return typeof stripe.webhooks.constructEvent(bytes, header, secret) === 'object'
          } catch {
            return false
          }
        }
      },
    },
    {
      name: 'standardwebhooks verify',
      prepare(index, forged) {
        const time = Math.floor(Date.now() / 1000)
        const { bytes, signature } = signOutside(index, forged, `msg.${time}.`)
        const headers = {
          'webhook-id': 'msg',
          'webhook-timestamp': `${time}`,
          'webhook-signature': `v1,${Buffer.from(signature, 'hex').toString('base64')}`,
        }
        return () => {
          try {
            return typeof standard.verify(bytes, headers) === 'object'
          } catch {
            return false
          }
        }
      },
    },
    { name: receiver, prepare: prepareFor(webhooks) },
    { name: receiverWithMemory, prepare: prepareFor(listening) },
    { name: receiverWithSubscriber, prepare: prepareFor(listening), observe: observeAnswers },
    { name: receiverWithSpans, prepare: prepareFor(listening), observe: instrumentKoywe },
  ]
}

function observeAnswers(): () => void {
  const channel = `tracing:${koyweChannels.delivery}:asyncEnd`
  const listener = () => {}
  subscribe(channel, listener)
  return () => void unsubscribe(channel, listener)
}

function prepareFor(webhooks: KoyweWebhooks): Contestant['prepare'] {
  return (index, forged) => {
    const request = requestOf(deliveryOf(index, forged))
    return async () => (await webhooks.handle(request)).status === 200
  }
}

/** Not Koywe's scheme: the other libraries expect the signature in a header, made over the whole body with a prefix. */
function signOutside(index: number, forged: boolean, before = '') {
  const text = eventText(index)
  const signed = before + (forged ? eventText(index + 1) : text)
  const signature = createHmac('sha256', secret).update(signed).digest('hex')
  return { bytes: Buffer.from(text), signature }
}

async function succeeds(work: () => Promise<unknown>): Promise<boolean> {
  try {
    await work()
    return true
  } catch {
    return false
  }
}
