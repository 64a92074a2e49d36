import type { Delivery } from './delivery.js'
import {
  isKoyweEventName,
  type KoyweEvent,
  type KoyweEventMap,
  type KoyweEventName,
  koyweEventNames,
  type UnknownKoyweEvent,
} from './events.js'
import { quote } from './quote.js'

/** Handles one event. It is awaited: the webhook is acknowledged only when it has succeeded. */
export type Listener<Event> = (event: Event, delivery: Delivery) => unknown

/** Registers listeners by event name. Every method returns the object it was called on. */
export interface KoyweEmitter {
  /** Calls `listener` for every event of that name. @throws {TypeError} for a name that is not in {@link koyweEventNames}. */
  on<Name extends KoyweEventName>(name: Name, listener: Listener<KoyweEventMap[Name]>): this
  /** Calls `listener` until it has succeeded once: if it fails, it stays for the retry. */
  once<Name extends KoyweEventName>(name: Name, listener: Listener<KoyweEventMap[Name]>): this
  /** Removes a listener that `on` or `once` added. */
  off<Name extends KoyweEventName>(name: Name, listener: Listener<KoyweEventMap[Name]>): this
  /** Calls `listener` for every event, also for names that this version does not know. */
  onAny(listener: Listener<KoyweEvent | UnknownKoyweEvent>): this
  /** Removes a listener that `onAny` added. */
  offAny(listener: Listener<KoyweEvent | UnknownKoyweEvent>): this
}

interface Registration {
  readonly key: string | symbol
  readonly listener: Listener<never>
  readonly once: boolean
  /** Whether a `once` listener is running, so that it is not started a second time. */
  running: boolean
}

/** What `createEmitter` returns: the emitter, and the functions that only the receiver calls. */
export interface EmitterParts {
  readonly emitter: KoyweEmitter
  /** Tells whether any listener would be called for events of that name. */
  hears(name: string): boolean
  /**
   * Starts every listener of the event, in the order they were added, and waits for all of them.
   *
   * @throws {AggregateError} of all that failed, after the last has ended.
   */
  emit(event: KoyweEvent | UnknownKoyweEvent, delivery: Delivery): Promise<void>
}

const any = Symbol('any event')
const none: readonly Registration[] = []
const noErrors: readonly unknown[] = []

/** Creates an emitter that awaits its listeners and runs all of them even when one fails. */
export function createEmitter(): EmitterParts {
  // Lists are replaced and never changed: what a listener adds or removes counts from the next event on.
  const registrations = new Map<string | symbol, readonly Registration[]>()

  function listOf(key: string | symbol): readonly Registration[] {
    return registrations.get(key) ?? none
  }

  function add(key: string | symbol, listener: Listener<never>, once = false): void {
    if (typeof listener !== 'function') throw new TypeError('A listener must be a function.')
    registrations.set(key, [...listOf(key), { key, listener, once, running: false }])
  }

  function remove(key: string | symbol, isIt: (registration: Registration) => boolean): void {
    const list = listOf(key)
    const index = list.findIndex(isIt)
    if (index >= 0) registrations.set(key, list.toSpliced(index, 1))
  }

  /** Never rejects: what a listener throws is returned, in a list that is empty after a success. */
  async function call(
    registration: Registration,
    event: KoyweEvent | UnknownKoyweEvent,
    delivery: Delivery,
  ): Promise<readonly unknown[]> {
    const { key, listener, once } = registration
    if (once && registration.running) return noErrors
    registration.running = true
    try {
      // `on` has tied the listener's event type to the name it is stored under.
      await (listener as Listener<typeof event>)(event, delivery)
      if (once) remove(key, (other) => other === registration)
      return noErrors
    } catch (error) {
      return [error]
    } finally {
      registration.running = false
    }
  }

  const emitter: KoyweEmitter = {
    on(name, listener) {
      add(checkName(name), listener)
      return this
    },
    once(name, listener) {
      add(checkName(name), listener, true)
      return this
    },
    off(name, listener) {
      remove(checkName(name), (registration) => registration.listener === listener)
      return this
    },
    onAny(listener) {
      add(any, listener)
      return this
    },
    offAny(listener) {
      remove(any, (registration) => registration.listener === listener)
      return this
    },
  }

  return {
    emitter,
    hears: (name) => listOf(name).length + listOf(any).length > 0,
    async emit(event, delivery) {
      const named = listOf(event.eventName)
      const due = named.length > 0 ? named.concat(listOf(any)) : listOf(any)
      const results = await Promise.all(due.map((one) => call(one, event, delivery)))
      const errors = results.flat()
      if (errors.length > 0) {
        throw new AggregateError(errors, `${errors.length} of ${due.length} listeners failed`)
      }
    },
  }
}

function checkName(name: unknown): KoyweEventName {
  if (isKoyweEventName(name)) return name
  throw new TypeError(
    `${quote(name)} is not an event name that this version knows (${koyweEventNames.join(', ')}). ` +
      'To handle a newer event, use onAny and compare `event.eventName`.',
  )
}
