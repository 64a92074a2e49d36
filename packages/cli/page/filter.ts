import type { Entry } from '../src/inspect/entries.js'
import { answerOf, verdictOf } from './verdict.js'

/** What the lists show. An empty text means everything. */
export interface Filter {
  /** Found anywhere: names, ids, sentences, the body. */
  readonly text: string
  readonly order: string
  readonly event: string
  /** A verdict such as `refused`, a status, a code or {@link notAccepted}. */
  readonly answer: string
  /** Which orders. */
  readonly orders: '' | typeof lacksEvent
  readonly api: '' | 'ramp' | 'payments'
}

/** The answer of what was refused or has failed. */
export const notAccepted = 'not accepted'

/** The orders that miss an event. */
export const lacksEvent = 'missing an event'

/** Shows everything. */
export const noFilter: Filter = { text: '', order: '', event: '', answer: '', orders: '', api: '' }

/** Whether a filter leaves anything out. */
export function isFiltering(filter: Filter): boolean {
  return Object.values(filter).some((value) => value !== '')
}

/** Whether a filter shows an entry. Questions have no order, event or API, so those parts leave them alone. */
export function matches(entry: Entry, { text, order, event, answer, api }: Filter): boolean {
  if (answer !== '' && !matchesAnswer(entry, answer)) return false
  if (entry.kind === 'delivery') {
    if (api !== '' && entry.api !== api) return false
    if (event !== '' && entry.eventName !== event) return false
    if (order !== '' && !isOf(entry, order.trim())) return false
  }
  return text === '' || searchable(entry).includes(text.toLowerCase())
}

function isOf(entry: Entry & { kind: 'delivery' }, order: string): boolean {
  return [entry.orderId, entry.externalId].some((id) => id?.includes(order) ?? false)
}

function matchesAnswer(entry: Entry, answer: string): boolean {
  const verdict = verdictOf(entry)
  if (answer === notAccepted) return verdict === 'refused' || verdict === 'failed'
  return verdict === answer || String(entry.status) === answer || entry.code === answer
}

// An entry never changes, so its text is made once.
const texts = new WeakMap<Entry, string>()

function searchable(entry: Entry): string {
  const known = texts.get(entry)
  if (known !== undefined) return known
  const { path, reason = '', cure = '' } = entry
  const parts = [path, answerOf(entry), verdictOf(entry), reason, cure]
  if (entry.kind === 'question') {
    parts.push(entry.email ?? '', entry.koyweConcludes ?? '')
  } else {
    const { eventName, orderId, externalId, deliveryId, body, errors } = entry
    for (const part of [eventName, orderId, externalId, deliveryId]) parts.push(part ?? '')
    if (body && 'text' in body) parts.push(body.text)
    for (const error of errors) parts.push(error.name, error.message)
  }
  const text = parts.join('\n').toLowerCase()
  texts.set(entry, text)
  return text
}

/** The values of a field among the entries, in alphabetical order, for a choice. */
export function valuesOf(
  entries: readonly Entry[],
  field: (entry: Entry) => string | undefined,
): readonly string[] {
  return [...new Set(entries.map(field).filter((value) => value !== undefined))].sort()
}
