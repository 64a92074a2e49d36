import { hash } from 'node:crypto'
import { type InspectOptions, inspect } from 'node:util'
import type { Claim } from '../dedupe/store.js'
import type { KoyweApi, KoyweEventContext } from '../http/channels.js'
import type { Exchange, Subject } from '../http/exchange.js'
import type { OpenedDelivery } from '../http/scheme.js'
import { aboutDelivery } from '../log/about.js'
import { alwaysClaimed } from './claim.js'

/** What is known about one delivery, besides its event. */
export interface Delivery {
  /**
   * The same for every duplicate and retry of an event, whichever secret signed it: the SHA-256 of the signed text, in hex; for the
   * Payments API the event's own `id`, or the SHA-256 of the body's bytes where it has none. Use it as the idempotency key of what a
   * listener does.
   */
  readonly id: string
  /** When this delivery reached the server. */
  readonly receivedAt: Date
  /** The event's `timeStamp`, or `undefined` if it is not a date. The Payments API's events have no known time. */
  readonly occurredAt: Date | undefined
  /** Aborts when `timeoutMs` runs out and the sender is asked to retry. */
  readonly signal: AbortSignal
  /** The index of the secret that made the signature: 0 is the current one. */
  readonly secretIndex: number
  /**
   * The text that was signed: the body as JSON without `signature`; for the Payments API the body as UTF-8, without a byte order
   * mark. The event is exactly `JSON.parse(signedText)`.
   */
  readonly signedText: string
  /** The dedupe store's claim for this event. The receiver completes or releases it after the listeners. */
  readonly claim: Claim
}

/** A delivery in which nothing is computed before it is read. */
export class ReceivedDelivery<Event> implements Delivery, Subject {
  readonly receivedAt: Date
  readonly secretIndex: number
  readonly signedText: string
  claim: Claim = alwaysClaimed
  readonly #opened: OpenedDelivery<Event>
  readonly #exchange: Exchange
  readonly #api: KoyweApi
  #id: string | undefined

  constructor(opened: OpenedDelivery<Event>, receivedAt: Date, exchange: Exchange, api: KoyweApi) {
    this.receivedAt = receivedAt
    this.secretIndex = opened.secretIndex
    this.signedText = opened.signedText
    this.#opened = opened
    this.#exchange = exchange
    this.#api = api
    this.#id = opened.id
  }

  /** The first argument of listeners. */
  get event(): Event {
    return this.#opened.event
  }

  get id(): string {
    this.#id ??= hash('sha256', this.signedText)
    return this.#id
  }

  get occurredAt(): Date | undefined {
    const date = new Date(this.#opened.timeStamp ?? Number.NaN)
    return Number.isNaN(date.getTime()) ? undefined : date
  }

  get signal(): AbortSignal {
    return this.#exchange.signal
  }

  /** What the channels say of it. */
  known(): Required<KoyweEventContext> {
    const { id: deliveryId, occurredAt, secretIndex } = this
    const { eventName, orderId } = this.#opened
    const event = this.#opened.event as KoyweEventContext['event'] // those of every scheme are
    return { api: this.#api, event, eventName, orderId, deliveryId, occurredAt, secretIndex }
  }

  /** What a log of JSON shows: getters would be missing, and the claim is nobody else's. */
  toJSON(): object {
    const { id, receivedAt, occurredAt, secretIndex, signedText } = this
    return { id, receivedAt, occurredAt, secretIndex, signedText }
  }

  /** What `console.log` shows. */
  [inspect.custom](_depth: number, options: InspectOptions): string {
    return `Delivery ${inspect(this.toJSON(), options)}`
  }

  about(): string {
    return aboutDelivery(this.#opened, this.id)
  }
}
