import type { Catalogue, DeliveryEntry, Entry } from '../src/inspect/entries.js'
import { missingOf, nextOf, precedes } from './order-life.js'
import { verdictOf } from './verdict.js'

/** What is odd about a step, in a word. */
export type StepMark = 'late' | 'repeated' | 'impossible' | 'refused' | 'failed' | 'waiting'

/** One delivery of an order. */
export interface Step {
  readonly entry: DeliveryEntry
  /** The order's state after the event, where Koywe says so. */
  readonly state: string | undefined
  readonly mark: StepMark | undefined
  /** The names of the events that should have arrived before, and of which nothing has. */
  readonly lacks: readonly string[]
}

/** What is known of an order. */
export interface OrderTimeline {
  readonly orderId: string
  readonly externalId: string | undefined
  readonly api: DeliveryEntry['api']
  /** In the order of their arrival. */
  readonly steps: readonly Step[]
  /** The state after the latest news, where Koywe says so. */
  readonly state: string | undefined
  /** The name of the event that was the latest news. */
  readonly latest: string | undefined
  readonly isFinal: boolean
  /** A sentence for every event that should be there. */
  readonly missing: readonly string[]
  /** Which events may come next. */
  readonly next: readonly string[]
  /** Whether those have failed, so that they come once more. */
  readonly isRetry: boolean
}

type States = Catalogue['states']

/** Puts every delivery of a known order on its order's line. The order with the latest delivery comes first. */
export function orderTimelines(newest: readonly Entry[], states: States): readonly OrderTimeline[] {
  const byOrder = new Map<string, DeliveryEntry[]>()
  for (const entry of newest) {
    if (entry.kind !== 'delivery' || entry.orderId === undefined) continue
    const own = byOrder.get(entry.orderId)
    if (own) own.push(entry)
    else byOrder.set(entry.orderId, [entry])
  }
  return [...byOrder].map(([orderId, own]) => orderTimeline(orderId, own.reverse(), states))
}

function orderTimeline(
  orderId: string,
  entries: readonly DeliveryEntry[],
  states: States,
): OrderTimeline {
  const accepted = firstsOf(entries)
  let latest: DeliveryEntry | undefined
  const marked = entries.map((entry) => {
    const state = stateAfter(entry, states)?.state
    let mark: StepMark | undefined = markOf(entry, accepted, states)
    const counts = accepted.includes(entry) && mark !== 'impossible'
    if (counts && stateAfter(entry, states)?.rank !== undefined) {
      if (!latest || isNews(latest, entry, states)) latest = entry
      else mark ??= 'late'
    }
    return { entry, state, mark }
  })
  const known = latest && stateAfter(latest, states)
  const isFinal = known?.final ?? false
  const namesOf = (...marks: Step['mark'][]) =>
    marked
      .filter(({ mark }) => marks.includes(mark))
      .map(({ entry: { eventName = '' } }) => eventName)
  const arrived = {
    accepted: namesOf(undefined, 'late', 'repeated'),
    refused: namesOf('refused'),
    failed: namesOf('failed'),
  }
  const missing = missingOf(arrived, isFinal)
  const unseen = new Set(missing.filter((one) => one.isUnseen).map(({ eventName }) => eventName))
  const steps = marked.map((step): Step => {
    const { eventName = '' } = step.entry
    const lacks = arrived.accepted.includes(eventName)
      ? [...unseen].filter((name) => precedes(name, eventName))
      : []
    for (const name of lacks) unseen.delete(name)
    return { ...step, lacks }
  })
  const next = isFinal || latest?.eventName === undefined ? [] : nextOf(latest.eventName)
  const failedNext = next.filter((name) => arrived.failed.includes(name))
  const isRetry = failedNext.length > 0
  const [first] = entries
  return {
    orderId,
    externalId: entries.find(({ externalId }) => externalId !== undefined)?.externalId,
    api: first?.api ?? 'ramp',
    steps,
    state: known?.state,
    latest: latest?.eventName,
    isFinal,
    missing: missing.map(({ sentence }) => sentence),
    next: isRetry ? failedNext : next,
    isRetry,
  }
}

/** The first delivery of each event. Of one that was handled before all that is known here, that is a duplicate. */
function firstsOf(entries: readonly DeliveryEntry[]): readonly DeliveryEntry[] {
  const seen = new Set<string>()
  return entries.filter((entry) => {
    const verdict = verdictOf(entry)
    const isTaken = verdict === 'accepted' || verdict === 'duplicate'
    const isNew = isTaken && !seen.has(identity(entry))
    if (isNew) seen.add(identity(entry))
    return isNew
  })
}

function identity({ deliveryId, eventName, occurredAt }: DeliveryEntry): string {
  return deliveryId ?? `${eventName} ${occurredAt}`
}

function markOf(
  entry: DeliveryEntry,
  accepted: readonly DeliveryEntry[],
  states: States,
): StepMark | undefined {
  const verdict = verdictOf(entry)
  if (verdict === 'refused' || verdict === 'failed' || verdict === 'waiting') return verdict
  if (verdict === 'duplicate' || !accepted.includes(entry)) return 'repeated'
  if (accepted.some((other) => rulesOut(other, entry, states))) return 'impossible'
  return undefined
}

/** After a final state only a refund can follow, and an order is either an on-ramp or an off-ramp. */
function rulesOut(other: DeliveryEntry, entry: DeliveryEntry, states: States): boolean {
  if (other === entry) return false
  const ramps = [rampOf(other), rampOf(entry)]
  if (other.number < entry.number && !ramps.includes(undefined) && ramps[0] !== ramps[1])
    return true
  const [before, after] = [stateAfter(other, states), stateAfter(entry, states)]
  if (!before?.final || before.rank === undefined || after?.rank === undefined) return false
  if (after.rank > before.rank) return false
  if (haveTimes(entry, other)) return timeOf(entry) > timeOf(other)
  // An earlier step that arrives after the end is late, and a second end cannot be.
  return after.final && after.state !== before.state && entry.number > other.number
}

function stateAfter({ eventName = '' }: DeliveryEntry, states: States): States[string] | undefined {
  return Object.hasOwn(states, eventName) ? states[eventName] : undefined
}

function rampOf({ eventName }: DeliveryEntry): string | undefined {
  return /^(crypto|fiat)_/.exec(eventName ?? '')?.[1]
}

/** The rule of core's `supersedes`: a higher rank is news, and of equal rank the later event is. */
function isNews(latest: DeliveryEntry, next: DeliveryEntry, states: States): boolean {
  const rank = (entry: DeliveryEntry) => stateAfter(entry, states)?.rank ?? -1
  const progress = rank(next) - rank(latest)
  if (progress !== 0) return progress > 0
  return haveTimes(next, latest) ? timeOf(next) > timeOf(latest) : next.number > latest.number
}

/** Events of the Payments API have no time that is known. */
function haveTimes(...entries: readonly DeliveryEntry[]): boolean {
  return entries.every((entry) => timeOf(entry) > Number.NEGATIVE_INFINITY)
}

function timeOf({ occurredAt }: DeliveryEntry): number {
  const time = Date.parse(occurredAt ?? '')
  return Number.isNaN(time) ? Number.NEGATIVE_INFINITY : time
}
