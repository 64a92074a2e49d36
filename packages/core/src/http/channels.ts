import { type TracingChannel, tracingChannel } from 'node:diagnostics_channel'
import type { KoyweErrorCode } from '../errors.js'
import type { Body, HttpRequest } from './contract.js'

/**
 * The names of the tracing channels of `node:diagnostics_channel` that this package publishes to. They are API: every copy of
 * the package in a process, ES module or CommonJS, publishes to the same ones.
 *
 * - `delivery`: one webhook request, from its arrival to its answer ({@link KoyweDeliveryContext}).
 * - `process`: the listeners of one event ({@link KoyweProcessContext}). It fails with what the listener threw.
 * - `auth`: one question of the auth callback ({@link KoyweAuthContext}).
 *
 * A subscriber that throws changes no answer; Node reports its error as an `uncaughtException`.
 *
 * @example
 * ```ts
 * import { subscribe } from 'node:diagnostics_channel'
 * import { type KoyweDeliveryContext, koyweChannels } from '@x/koywe-core'
 *
 * subscribe(`tracing:${koyweChannels.delivery}:asyncEnd`, (message) => {
 *   const { status, code, reason, durationMs } = message as KoyweDeliveryContext
 *   console.log(status, code, reason, durationMs)
 * })
 * ```
 */
export const koyweChannels = {
  delivery: 'koywe:delivery',
  process: 'koywe:process',
  auth: 'koywe:auth',
} as const

/** Which of Koywe's APIs a webhook is from. */
export type KoyweApi = 'ramp' | 'payments'

/** What a subscriber learns of any request. The object is filled as the request moves on; all of it is there at `asyncEnd`. */
export interface KoyweRequestContext {
  readonly method: string
  /** The path that was asked for, without its query. */
  readonly path: string
  readonly receivedAt: Date
  /** The status of the answer. */
  status?: number
  /** Why there is no success; absent after one. */
  code?: KoyweErrorCode
  /** The receiver's own sentence about `code`, as its log has it: what is wrong and what to do. */
  reason?: string
  /** From the arrival of the request to its answer. */
  durationMs?: number
  /** The body as it was found. Not enumerable, so that no log shows it by accident. */
  body?: Body | undefined
  /** The request as the adapter passed it on. Not enumerable, because its headers may hold credentials. */
  readonly request?: HttpRequest
}

/** The signed fields of an event of the ramp API that has been verified. */
export interface TracedEvent {
  readonly eventName: string
  readonly orderId?: string
  readonly externalId?: string | null
  readonly timeStamp?: string
}

/** The signed fields of an event of the Payments API that has been verified. Only `type` is certain. */
export interface TracedPaymentsEvent {
  readonly type: string
  readonly [field: string]: unknown
}

/** What is known of an event, once its signature is verified. */
export interface KoyweEventContext {
  /** The API whose webhooks the receiver takes. Known from the start. */
  readonly api: KoyweApi
  /** The event's name; of the Payments API, its `type`. */
  eventName?: string
  orderId?: string | undefined
  /** The delivery's `id`: the same for every copy and retry of one event. */
  deliveryId?: string
  occurredAt?: Date | undefined
  /** Which of the secrets made the signature: 0 is the current one. */
  secretIndex?: number
  /** The event as listeners get it. Not enumerable, so that no log shows it by accident. */
  event?: TracedEvent | TracedPaymentsEvent | undefined
}

/** The context of `koywe:delivery`: one webhook request, from its arrival to its answer. */
export interface KoyweDeliveryContext extends KoyweRequestContext, KoyweEventContext {
  /** Whether the event was handled before, so that no listener ran. */
  duplicate: boolean
}

/**
 * The context of `koywe:process`: the listeners of one event. They may outlast the answer. After a failure, `error` is what the
 * listener threw, or an `AggregateError` of what several threw.
 */
export interface KoyweProcessContext extends KoyweEventContext {
  error?: unknown
}

/** The context of `koywe:auth`: one question of the auth callback, from its arrival to its answer. */
export interface KoyweAuthContext extends KoyweRequestContext {
  /** Whether the answer was yes. */
  allowed: boolean
  /** Who was asked about. Not enumerable, so that no log shows it by accident. */
  email?: string | undefined
}

/** A tracing channel as this package uses it. */
export type Channel<Context extends object> = TracingChannel<unknown, Context>

/** Publishes {@link KoyweDeliveryContext}. */
export const deliveryChannel: Channel<KoyweDeliveryContext> = tracingChannel(koyweChannels.delivery)

/** Publishes {@link KoyweProcessContext}. */
export const processChannel: Channel<KoyweProcessContext> = tracingChannel(koyweChannels.process)

/** Publishes {@link KoyweAuthContext}. */
export const authChannel: Channel<KoyweAuthContext> = tracingChannel(koyweChannels.auth)
