import type { Scheme } from '../http/scheme.js'
import { quote } from '../log/quote.js'
import type { KoyweEventMap, UnknownKoyweEvent } from '../ramp/events.js'
import { nearestTo } from '../setup/nearest.js'
import type { Delivery } from './delivery.js'

/** Handles one event. The receiver awaits it and acknowledges the webhook only if it succeeds. */
export type Listener<Event> = (event: Event, delivery: Delivery) => unknown

/** Registers listeners by event name. Every method returns the object it was called on. */
export interface KoyweEmitter<Events = KoyweEventMap, Unknown = UnknownKoyweEvent> {
  /**
   * Calls `listener` for every event of that name, or of one of those names.
   *
   * @throws {TypeError} for a name that this version does not know.
   */
  on<Name extends keyof Events>(
    name: Name | readonly Name[],
    listener: Listener<Events[Name]>,
  ): this
  /** Calls `listener` until it succeeds once. If it fails, it stays for the retry. */
  once<Name extends keyof Events>(name: Name, listener: Listener<Events[Name]>): this
  /** Removes a listener that `on` or `once` added for that name, or for those names. */
  off<Name extends keyof Events>(
    name: Name | readonly Name[],
    listener: Listener<Events[Name]>,
  ): this
  /** Calls `listener` for every event, including names that this version does not know. */
  onAny(listener: Listener<Events[keyof Events] | Unknown>): this
  /** Removes a listener that `onAny` added. */
  offAny(listener: Listener<Events[keyof Events] | Unknown>): this
}

interface Registration {
  readonly key: string | symbol
  readonly listener: Listener<never>
  readonly once: boolean
  /** Whether a `once` listener is running, so that it is not started twice. */
  running: boolean
}

/** What `createEmitter` returns: the emitter, and the functions that only the receiver calls. */
export interface EmitterParts<Event, Emitter = unknown> {
  readonly emitter: Emitter
  /** Returns whether any listener would be called for events of that name. */
  hears(name: string): boolean
  /**
   * Starts every listener of the event, those of its name first, in the order they were added, and waits for all of them.
   * Returns the errors of those that failed.
   */
  emit(event: Event, delivery: Delivery): Errors | Promise<Errors>
}

/** What listeners threw: empty after a success. */
type Errors = readonly unknown[]

const any = Symbol('any event')
const none: readonly Registration[] = []
const noErrors: Errors = []

/** Creates an emitter that awaits its listeners and runs all of them even when one fails. */
export function createEmitter<Events, Unknown, Event = Events[keyof Events] | Unknown>(
  scheme: Pick<Scheme<Event>, 'nameField' | 'names' | 'nameOf'>,
): EmitterParts<Event, KoyweEmitter<Events, Unknown>> {
  const { nameField, names, nameOf } = scheme
  // Lists are replaced, never changed: what a listener adds or removes applies from the next event on.
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

  /** Awaits only asynchronous listeners. */
  function call(
    registration: Registration,
    event: Event,
    delivery: Delivery,
  ): Errors | Promise<Errors> {
    if (registration.once && registration.running) return noErrors
    registration.running = true
    try {
      // `on` tied the listener's event type to the name it is stored under.
      const result = (registration.listener as Listener<Event>)(event, delivery)
      return isThenable(result) ? wait(registration, result) : succeed(registration)
    } catch (error) {
      return fail(registration, error)
    }
  }

  async function wait(registration: Registration, result: PromiseLike<unknown>): Promise<Errors> {
    try {
      await result
      return succeed(registration)
    } catch (error) {
      return fail(registration, error)
    }
  }

  function succeed(registration: Registration): Errors {
    if (registration.once) remove(registration.key, (other) => other === registration)
    return noErrors
  }

  function fail(registration: Registration, error: unknown): Errors {
    registration.running = false
    return [error]
  }

  function checkName(name: unknown): string {
    if (typeof name === 'string' && names.includes(name)) return name
    const nearest = typeof name === 'string' ? nearestTo(name, names) : undefined
    const guess = nearest === undefined ? '' : ` Did you mean ${quote(nearest)}?`
    throw new TypeError(
      `${quote(name)} is not an event name that this version knows (${names.join(', ')}).${guess} ` +
        `To handle a newer event, use onAny and compare \`event.${nameField}\`.`,
    )
  }

  /** Checks all names before any listener is added or removed. */
  function checkNames(given: unknown): readonly string[] {
    if (!Array.isArray(given)) return [checkName(given)]
    if (given.length === 0) throw new TypeError('The list of event names is empty.')
    return given.map(checkName)
  }

  const emitter: KoyweEmitter<Events, Unknown> = {
    on(name, listener) {
      for (const key of checkNames(name)) add(key, listener)
      return this
    },
    once(name, listener) {
      add(checkName(name), listener, true)
      return this
    },
    off(name, listener) {
      for (const key of checkNames(name)) {
        remove(key, (registration) => registration.listener === listener)
      }
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
    emit(event, delivery) {
      const named = listOf(nameOf(event))
      const due = named.length > 0 ? named.concat(listOf(any)) : listOf(any)
      const [only] = due
      if (only === undefined) return noErrors
      if (due.length === 1) return call(only, event, delivery)
      return Promise.all(due.map((one) => call(one, event, delivery))).then((all) => all.flat())
    },
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  // A function can be one too: the promises of RPC libraries are.
  const canHaveMembers = typeof value === 'object' || typeof value === 'function'
  return canHaveMembers && value !== null && 'then' in value && typeof value.then === 'function'
}
