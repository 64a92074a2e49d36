import type { KoyweWebhooksOptions } from '@x/koywe-core'
import type { RunningServer } from '@x/koywe-testkit/listen'
import { signatureOfBytes } from '@x/koywe-testkit/sign'
import type { Answer } from './answer.js'
import type { Application } from './application.js'
import { type Delivery, deliveries, payload, post, type Request, secrets } from './deliveries.js'
import type { Kept, Mount } from './mount.js'
import { orderEvent, paymentsDeliveries, signedPost } from './payments-deliveries.js'

/** A server under test, and what its listeners are added to. */
export interface Receiving extends RunningServer {
  onAny(listener: (event: object) => unknown): unknown
}

/** One of Koywe's APIs, as the suites play it. */
export interface Api {
  /** What an adapter calls its receiver. */
  readonly name: 'webhooks' | 'payments'
  readonly defaultPath: string
  /** What a mount must at least keep of a body, so that its signature can be verified. */
  readonly needs: Kept
  readonly deliveries: readonly Delivery[]
  start(mount: Mount, options: KoyweWebhooksOptions, application?: Application): Promise<Receiving>
  /** The fields of a new event. */
  event(fields?: Readonly<Record<string, unknown>>): Record<string, unknown>
  /** The request that delivers an event, or this text of one, signed with the first of the secrets unless another is named. */
  signed(event: object | string, secret?: string): Request & ReturnType<typeof post>
  /** The answers to bodies that nest, whether deeper than is allowed or not. */
  nesting(tooDeep: boolean): Readonly<Record<'brackets' | 'unsigned' | 'signed', Answer>>
}

const handled: Answer = { status: 200, body: '{"received":true}' }
const refusedWith = (status: number, code: string): Answer => ({
  status,
  body: JSON.stringify({ error: code }),
})
const textOf = (event: object | string) =>
  typeof event === 'string' ? event : JSON.stringify(event)

/** Both of them. */
export const apis: readonly [ramp: Api, payments: Api] = [
  {
    name: 'webhooks',
    defaultPath: '/webhooks/koywe',
    needs: 'value',
    deliveries,
    async start(mount, options, application) {
      const { webhooks, ...server } = await mount.startWebhooks(secrets, options, application)
      return { ...server, onAny: (listener) => webhooks.onAny(listener) }
    },
    event: payload,
    signed(event, secret = secrets[0]) {
      const text = textOf(event)
      const field = `,"signature":"${signatureOfBytes(text, secret)}"}`
      return post(text.replace(/}$/, field))
    },
    nesting: (tooDeep) => ({
      brackets: refusedWith(400, 'invalid_json'),
      unsigned: refusedWith(401, tooDeep ? 'invalid_signature' : 'missing_signature'),
      signed: tooDeep ? refusedWith(401, 'invalid_signature') : handled,
    }),
  },
  {
    name: 'payments',
    defaultPath: '/webhooks/koywe-payments',
    needs: 'text',
    deliveries: paymentsDeliveries,
    async start(mount, options, application) {
      const { payments, webhooks, ...server } = await mount.startPayments(
        secrets,
        options,
        application,
      )
      return { ...server, onAny: (listener) => payments.onAny(listener) }
    },
    event: orderEvent,
    signed: (event, secret) => signedPost(textOf(event), secret),
    nesting: (tooDeep) => ({
      brackets: refusedWith(401, 'missing_signature'),
      unsigned: refusedWith(401, 'missing_signature'),
      signed: tooDeep ? refusedWith(400, 'invalid_payload') : handled,
    }),
  },
]

const ranks: readonly Kept[] = ['value', 'text', 'bytes']

/** Whether a mount keeps as much of a body as is needed. */
export function keepsEnough(mount: Mount, needed: Kept): boolean {
  return ranks.indexOf(mount.keeps) >= ranks.indexOf(needed)
}
