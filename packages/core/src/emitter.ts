import type { Delivery } from './delivery.js'
import {
  isKoyweEventName,
  type KoyweEvent,
  type KoyweEventMap,
  type KoyweEventName,
  koyweEventNames,
  type UnknownKoyweEvent,
} from './events.js'

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
  readonly listener: Listener<never>
  readonly once: boolean
  /** A `once` listener that runs is not started a second time. */
  running: boolean
}

/** What `createEmitter` returns: the emitter, and the function that only the receiver calls. */
export interface EmitterParts {
  readonly emitter: KoyweEmitter
  /**
   * Starts every listener of the event, in the order they were added, and waits for all of them.
   *
   * @throws {AggregateError} of all that failed, after the last has ended.
   */
  emit(event: KoyweEvent | UnknownKoyweEvent, delivery: Delivery): Promise<void>
}

const any = Symbol('any event')

/** Makes an emitter that awaits its listeners and runs all of them even when one fails. */
export function createEmitter(): EmitterParts {
  const registrations = new Map<string | symbol, Set<Registration>>()

  function add(key: string | symbol, listener: Listener<never>, once = false): void {
    if (typeof listener !== 'function') throw new TypeError('A listener must be a function.')
    const registration = { listener, once, running: false }
    const existing = registrations.get(key)
    if (existing) existing.add(registration)
    else registrations.set(key, new Set([registration]))
  }

  function remove(key: string | symbol, listener: Listener<never>): void {
    const existing = registrations.get(key)
    for (const registration of existing ?? []) {
      if (registration.listener === listener) {
        existing?.delete(registration)
        return
      }
    }
  }

  async function run(
    registration: Registration,
    key: string | symbol,
    event: KoyweEvent | UnknownKoyweEvent,
    delivery: Delivery,
  ): Promise<void> {
    const { listener, once } = registration
    registration.running = true
    try {
      // `on` has tied the listener's event type to the name it is stored under.
      await (listener as Listener<typeof event>)(event, delivery)
      if (once) registrations.get(key)?.delete(registration)
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
      remove(checkName(name), listener)
      return this
    },
    onAny(listener) {
      add(any, listener)
      return this
    },
    offAny(listener) {
      remove(any, listener)
      return this
    },
  }

  return {
    emitter,
    async emit(event, delivery) {
      // Listed before the first is started: what a listener adds or removes counts from the next event on.
      const due = [event.eventName, any].flatMap((key) =>
        [...(registrations.get(key) ?? [])]
          .filter(({ once, running }) => !(once && running))
          .map((registration) => ({ registration, key })),
      )
      const running = due.map(({ registration, key }) => run(registration, key, event, delivery))
      const errors: unknown[] = []
      for (const result of await Promise.allSettled(running)) {
        if (result.status === 'rejected') errors.push(result.reason)
      }
      if (errors.length > 0) {
        throw new AggregateError(errors, `${errors.length} of ${running.length} listeners failed`)
      }
    },
  }
}

function checkName(name: unknown): KoyweEventName {
  if (isKoyweEventName(name)) return name
  throw new TypeError(
    `${JSON.stringify(name) ?? String(name)} is not an event name that this version knows (${koyweEventNames.join(', ')}). ` +
      'To handle a newer event, use onAny and compare `event.eventName`.',
  )
}
