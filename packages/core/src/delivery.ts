import type { ClaimedClaim } from './dedupe.js'
import { digest } from './signature.js'

/** What is known about one delivery of an event, beside the event itself. */
export interface Delivery {
  /**
   * The SHA-256 of the signed text, in hex: the same for every copy and retry of one event, whatever secret signed it.
   * Use it as the idempotency key of what a listener does.
   */
  readonly id: string
  /** When this delivery reached the server. */
  readonly receivedAt: Date
  /** The event's `timeStamp`, or `undefined` when it is no date. */
  readonly occurredAt: Date | undefined
  /** Aborts when `timeoutMs` is over and the caller has been told to come back later. */
  readonly signal: AbortSignal
  /** Which of the secrets made the signature: 0 is the current one. */
  readonly secretIndex: number
  /** The text that was signed: the body as JSON without `signature`. */
  readonly signedText: string
  /** What the dedupe store gave for this event. It is completed or released when the listeners have ended. */
  readonly claim: ClaimedClaim
}

/** A delivery and the switch of its signal. */
export interface DeliveryParts {
  readonly delivery: Delivery
  abort(): void
}

/** What a delivery is made of. */
export interface DeliveryFacts {
  readonly signedText: string
  readonly timeStamp: unknown
  readonly secretIndex: number
  readonly receivedAt: Date
  readonly claim: ClaimedClaim
}

/** Makes a delivery whose `signal` and `occurredAt` cost nothing until they are read; nor does `id` where no store asked for it. */
export function createDelivery(facts: DeliveryFacts, knownId: string | undefined): DeliveryParts {
  const { timeStamp, ...known } = facts
  let id = knownId
  let controller: AbortController | undefined

  return {
    delivery: {
      ...known,
      get id() {
        id ??= digest(facts.signedText)
        return id
      },
      get occurredAt() {
        const date = new Date(typeof timeStamp === 'string' ? timeStamp : Number.NaN)
        return Number.isNaN(date.getTime()) ? undefined : date
      },
      get signal() {
        controller ??= new AbortController()
        return controller.signal
      },
    },
    abort() {
      controller ??= new AbortController()
      controller.abort(new DOMException('The time limit of this delivery is over', 'TimeoutError'))
    },
  }
}
