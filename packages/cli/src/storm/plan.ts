import type { KoyweEvent } from '@x/koywe-core'
import {
  type BadDelivery,
  badDeliveries,
  type DeliveryRequest,
  koyweOrder,
  signEvent,
} from '@x/koywe-core/testing'
import { lives } from '../delivery/lives.js'
import { createRandom, type Random } from './random.js'

/** What a storm is made of. The same shape is the same storm: every request, its bytes and its time. */
export interface StormShape {
  readonly seed: number
  /** Deliveries per second. */
  readonly rate: number
  /** Ends the storm after so many orders or so many seconds. */
  readonly until: { readonly orders: number } | { readonly seconds: number }
  /** The share of the events that are delivered more than once. */
  readonly copies: number
  /** The share of the events that change places with the one before them. */
  readonly disorder: number
  /** Forgeries per event. */
  readonly forged: number
}

/** An event of the storm, and how it is delivered. */
export interface StormEvent {
  readonly kind: 'event'
  readonly event: KoyweEvent
  /** A copy is sent at the same moment as the first delivery, or later. */
  readonly as: 'first' | 'copy at once' | 'later copy'
  /** How often the event is delivered in all. */
  readonly deliveries: number
}

/** A delivery of somebody who does not have the secret. It names an order of the storm. */
export interface StormForgery {
  readonly kind: 'forgery'
  readonly bad: BadDelivery
  readonly orderId: string
}

/** One delivery of the storm, and when it is due. */
export type PlannedDelivery = (StormEvent | StormForgery) & {
  /** In milliseconds after the start. */
  readonly atMs: number
}

/** How many orders begin while an order waits for its next event. */
const spread = 8

const forgeries = badDeliveries.filter(({ status }) => status === 401)

type Placed = (StormEvent | StormForgery) & { readonly place: number }

/** All deliveries of a storm in the order in which they are due. They are made as they are asked for, so a long storm fits. */
export function* planStorm(shape: StormShape): Generator<PlannedDelivery> {
  const { rate } = shape
  const most = mostOf(shape)
  let number = 0
  let atMs = 0
  for (const { place, ...delivery } of placedDeliveries(shape)) {
    if (number === most) return
    const isAtOnce = delivery.kind === 'event' && delivery.as === 'copy at once'
    if (!isAtOnce) atMs = (number * 1000) / rate
    number++
    yield { ...delivery, atMs }
  }
}

/** How many deliveries a storm has. */
export function countDeliveries(shape: StormShape): number {
  if ('seconds' in shape.until) return mostOf(shape)
  let count = 0
  for (const _ of placedDeliveries(shape)) count++
  return count
}

function mostOf({ rate, until }: StormShape): number {
  return 'seconds' in until ? Math.max(1, Math.floor(until.seconds * rate)) : Infinity
}

/** The request of a delivery. The same delivery and secret give the same bytes. */
export function requestOf(delivery: PlannedDelivery, secret: string): DeliveryRequest {
  if (delivery.kind === 'event') {
    const headers = { 'content-type': 'application/json' }
    return { headers, body: signEvent(delivery.event, secret) }
  }
  const { bad, orderId } = delivery
  const request = bad.request(secret, (payload, key) =>
    signEvent('orderId' in payload ? { ...payload, orderId } : payload, key),
  )
  const { body } = request
  // What is not signed has another order's id, a new one each time.
  return typeof body === 'string' ? { ...request, body: body.replace(uuid, orderId) } : request
}

const uuid = /[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}/

/** Order after order begins; what is due before the next one begins cannot be overtaken any more. */
function* placedDeliveries(shape: StormShape): Generator<Placed> {
  const random = createRandom(shape.seed)
  const orders = 'orders' in shape.until ? shape.until.orders : Infinity
  let waiting: Placed[] = []
  for (let order = 0; order < orders; order++) {
    waiting.push(...deliveriesOf(order, shape, random))
    waiting.sort((a, b) => a.place - b.place)
    const next = waiting.findIndex(({ place }) => place >= order + 1)
    const due = next < 0 ? waiting.length : next
    yield* waiting.slice(0, due)
    waiting = waiting.slice(due)
  }
  yield* waiting
}

function deliveriesOf(order: number, shape: StormShape, random: Random): Placed[] {
  const orderId = random.uuid()
  const start = new Date(Date.UTC(2026, 0, 1) + Math.floor(random.next() * yearMs))
  const events = koyweOrder(random.pick(lives), { orderId, start })
  const places = events.map((_, step) => order + (step + random.next() / 2) * spread)
  for (let step = 1; step < places.length; step++) {
    const [before, own] = [places[step - 1] ?? order, places[step] ?? order]
    if (random.chance(shape.disorder)) places.splice(step - 1, 2, own, before)
  }
  return events.flatMap((event, step) => around(event, places[step] ?? order, shape, random))
}

const yearMs = 365 * 24 * 60 * 60 * 1000

/** The deliveries of one event, and perhaps a forgery near it. */
function around(event: KoyweEvent, place: number, shape: StormShape, random: Random): Placed[] {
  const copies = random.chance(shape.copies) ? random.pick([1, 1, 1, 2, 3]) : 0
  const later = Array.from({ length: copies }, () => random.chance(0.5))
  const as: StormEvent['as'][] = [
    'first',
    ...later.filter((isLater) => !isLater).map(() => 'copy at once' as const),
    ...later.filter((isLater) => isLater).map(() => 'later copy' as const),
  ]
  const placed: Placed[] = as.map((as) => ({
    kind: 'event',
    event,
    as,
    deliveries: copies + 1,
    place: as === 'later copy' ? place + (0.1 + random.next()) * spread : place,
  }))
  if (random.chance(shape.forged)) {
    const bad = random.pick(forgeries)
    const { orderId } = event
    const near = place + random.next() * spread
    placed.push({ kind: 'forgery', bad, orderId, place: near })
  }
  return placed
}
