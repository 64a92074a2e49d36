import type { IncomingHttpHeaders } from 'node:http'
import type { KoyweApi } from './channels.js'
import type { Body } from './contract.js'
import type { Refusal } from './refusal.js'

/** A delivery that Koywe sent. Its event is what `signedText` parses to. */
export interface OpenedDelivery<Event> {
  readonly event: Event
  readonly eventName: string
  readonly orderId: string | undefined
  /** When the event happened, as far as it says so. */
  readonly timeStamp?: string | undefined
  readonly signedText: string
  /** Which of the secrets made the signature. */
  readonly secretIndex: number
  /** The same for every copy of the event. Default: the SHA-256 of `signedText`. */
  readonly id?: string
}

/** How the deliveries of one of Koywe's APIs are opened, and all that the receiver knows of that API. */
export interface Scheme<Event> {
  readonly api: KoyweApi
  /** The field that names an event. */
  readonly nameField: string
  /** The names that this version knows. */
  readonly names: readonly string[]
  /**
   * Verifies, identifies and types a delivery, within `limit` bytes.
   *
   * @throws {KoyweError} for everything but a bad signature, which is a {@link Refusal}.
   */
  open(body: Body, headers: IncomingHttpHeaders, limit: number): OpenedDelivery<Event> | Refusal
  nameOf(event: Event): string
}
