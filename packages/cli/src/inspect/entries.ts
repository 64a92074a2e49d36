// What the inspector keeps, streams to its page, writes with --json and --save, and reads with --load. `koywe replay` reads it too.

/** Whether a request came from outside, or the inspector sent it: as the page asked, or again. */
export type Origin = 'received' | 'sent' | 'replayed'

/** A body as it was found on the request. One that is not UTF-8 is kept in base64. */
export type KeptBody = { readonly text: string } | { readonly base64: string }

/** What a listener threw. */
export interface ListenerError {
  readonly name: string
  readonly message: string
  readonly stack?: string
}

/** What every request has. */
interface RequestEntry {
  readonly version: 1
  /** Counts requests from 1, in the order they arrived. A later entry with the same number replaces it. */
  readonly number: number
  /** When the request arrived, in ISO 8601. */
  readonly receivedAt: string
  readonly method: string
  /** The path, without its query. */
  readonly path: string
  readonly origin: Origin
  /** The number of the delivery that was sent again. */
  readonly replayOf?: number
  /** Absent until the request is answered. */
  readonly status?: number
  readonly durationMs?: number
  /** Why there is no success. */
  readonly code?: string
  /** The receiver's own sentence about `code`. Unknown to a proxy. */
  readonly reason?: string
  /** What to do about `code`. */
  readonly cure?: string
}

/** One webhook. */
export interface DeliveryEntry extends RequestEntry {
  readonly kind: 'delivery'
  readonly api: 'ramp' | 'payments'
  /** As the body has it until the signature is verified. */
  readonly eventName?: string
  readonly orderId?: string
  readonly externalId?: string
  readonly deliveryId?: string
  /** When the event happened, in ISO 8601. */
  readonly occurredAt?: string
  /** Whether the receiver found the signature right. Unknown to a proxy, and until the receiver has checked it. */
  readonly verified?: boolean
  /** Which of the secrets made the signature: 0 is the current one. */
  readonly secretIndex?: number
  /** Whether the event was handled before, so that no listener ran. */
  readonly duplicate: boolean
  readonly body?: KeptBody
  /** The headers that belong to the signature or describe the body; never Authorization or Cookie. */
  readonly headers?: Readonly<Record<string, string>>
  readonly errors: readonly ListenerError[]
}

/** One question of the auth callback. */
export interface QuestionEntry extends RequestEntry {
  readonly kind: 'question'
  /** Whom Koywe asked about, shortened: `m…@example.com`. */
  readonly email?: string
  readonly allowed: boolean
  /** The start of the answer's body. */
  readonly said?: string
  /** What Koywe's pseudo-code makes of the answer. */
  readonly koyweConcludes?: 'allowed' | 'denied'
}

/** A request that the inspector shows. */
export type Entry = DeliveryEntry | QuestionEntry

/**
 * The application's state. `starting`: its process runs, nothing listens yet. `up`: it accepts connections. `restarting`: its watcher
 * replaces it. `gone`: it ended. `silent`: it runs, but has not reported, so the preload did not reach it.
 */
export interface ApplicationState {
  readonly kind: 'application'
  readonly version: 1
  readonly state: 'starting' | 'up' | 'restarting' | 'gone' | 'silent'
  /** Where it listens, once known, such as `http://127.0.0.1:3000`. */
  readonly origin?: string
  /** A sentence about the state, with what to do where something is to be done. */
  readonly sentence: string
  /** Whether the inspector launched the application or is a proxy in front of it. */
  readonly mode: 'launcher' | 'proxy'
  /** Of which APIs the inspector knows the secret, so that it can send and sign again. */
  readonly canSign: Readonly<Record<'ramp' | 'payments', boolean>>
  /** The command that sends this application its first delivery. */
  readonly firstCommand: string
  /** The command that asks its auth callback the first question. */
  readonly firstQuestion: string
  /** How many requests are only counted, and how many of them were answered with an error. They came too fast to be shown. */
  readonly counted: { readonly requests: number; readonly refused: number }
}

/** What the stream carries. */
export type Message = Entry | ApplicationState

/** What the page may ask for, as the JSON body of `POST /api/actions`. The answer is the number of the new request, or a refusal. */
export type Action =
  /** The same bytes again. A handled event must be answered as a duplicate. */
  | { readonly action: 'replay'; readonly number: number; readonly as: 'same' }
  /** The same fields with the present time, of the Payments API with a new `id`, signed again: a new event. */
  | { readonly action: 'replay'; readonly number: number; readonly as: 'new' }
  /** Edited fields, signed again. `text` is the JSON of the fields without the signature. */
  | {
      readonly action: 'replay'
      readonly number: number
      readonly as: 'edited'
      readonly text: string
    }
  /** One event, for an order that is known or a new one. */
  | { readonly action: 'send'; readonly eventName: string; readonly orderId?: string }
  /** A whole life of an order. */
  | { readonly action: 'life'; readonly life: string }
  /** One row of `badDeliveries` or `badPaymentsDeliveries`, by its name. */
  | { readonly action: 'bad'; readonly api: 'ramp' | 'payments'; readonly name: string }

/** The answer to an {@link Action}. */
export type ActionResult =
  | { readonly numbers: readonly number[] }
  | { readonly error: { readonly code: string; readonly message: string } }

/** What the page offers to send, from `GET /api/catalogue`. */
export interface Catalogue {
  readonly events: readonly { readonly name: string; readonly api: 'ramp' | 'payments' }[]
  readonly lives: readonly string[]
  readonly bad: readonly { readonly name: string; readonly api: 'ramp' | 'payments' }[]
  /** How events rank an order's state, so that the page marks late, repeated and impossible steps. */
  readonly states: Readonly<
    Record<string, { readonly state?: string; readonly rank?: number; readonly final: boolean }>
  >
}
