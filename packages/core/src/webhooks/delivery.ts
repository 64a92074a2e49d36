import { hash } from 'node:crypto'
import type { Claim } from '../dedupe/store.js'
import type { KoyweEventContext } from '../http/channels.js'
import type { Exchange, Subject } from '../http/exchange.js'
import { aboutDelivery } from '../log/about.js'
import type { KoyweEvent, UnknownKoyweEvent } from '../ramp/events.js'
import type { OpenedDelivery } from '../ramp/open-delivery.js'
import { alwaysClaimed } from './claim.js'

/** What is known about one delivery, besides its event. */
export interface Delivery {
  /**
   * The SHA-256 of the signed text, in hex: the same for every duplicate and retry of an event, whichever secret signed it. Use it
   * as the idempotency key of what a listener does.
   */
  readonly id: string
  /** When this delivery reached the server. */
  readonly receivedAt: Date
  /** The event's `timeStamp`, or `undefined` if it is not a date. */
  readonly occurredAt: Date | undefined
  /** Aborts when `timeoutMs` runs out and the sender is asked to retry. */
  readonly signal: AbortSignal
  /** The index of the secret that made the signature: 0 is the current one. */
  readonly secretIndex: number
  /** The text that was signed: the body as JSON without `signature`. The event is exactly `JSON.parse(signedText)`. */
  readonly signedText: string
  /** The dedupe store's claim for this event. The receiver completes or releases it after the listeners. */
  readonly claim: Claim
}

/** A delivery in which nothing is computed before it is read. */
export class ReceivedDelivery implements Delivery, Subject {
  readonly receivedAt: Date
  readonly secretIndex: number
  readonly signedText: string
  claim: Claim = alwaysClaimed
  readonly #event: KoyweEvent | UnknownKoyweEvent
  readonly #exchange: Exchange
  #id: string | undefined

  constructor(
    { event, signedText, secretIndex }: OpenedDelivery,
    receivedAt: Date,
    exchange: Exchange,
  ) {
    this.receivedAt = receivedAt
    this.secretIndex = secretIndex
    this.signedText = signedText
    this.#event = event
    this.#exchange = exchange
  }

  /** The first argument of listeners. */
  get event(): KoyweEvent | UnknownKoyweEvent {
    return this.#event
  }

  get id(): string {
    this.#id ??= hash('sha256', this.signedText)
    return this.#id
  }

  get occurredAt(): Date | undefined {
    const date = new Date(this.#event.timeStamp ?? Number.NaN)
    return Number.isNaN(date.getTime()) ? undefined : date
  }

  get signal(): AbortSignal {
    return this.#exchange.signal
  }

  /** What the channels say of it. */
  known(): Required<KoyweEventContext> {
    const { event, id, occurredAt, secretIndex } = this
    const { eventName, orderId } = event
    return { event, eventName, orderId, deliveryId: id, occurredAt, secretIndex }
  }

  about(): string {
    return aboutDelivery(this.#event, this.id)
  }
}
