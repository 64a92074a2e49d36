import type { Entry } from '../src/inspect/entries.js'
import { checksOf, cureOf } from './cure.js'
import { duration, timeOfDay } from './format.js'
import { escapeUnprintable } from './unprintable.js'
import { answerOf, isMisread, originOf, reasonOf, type Verdict, verdictOf } from './verdict.js'

/** What a row of the lists says about a request. */
export interface Row {
  readonly number: number
  readonly verdict: Verdict
  /** The sign in front; the words say the same. */
  readonly sign: string
  readonly time: string
  readonly receivedAt: string
  /** The event's name, or whom Koywe asked about. */
  readonly subject: string
  /** The order's id, or what Koywe concludes. */
  readonly about: string
  readonly answer: string
  readonly took: string
  readonly badges: readonly string[]
  readonly reason: string | undefined
  readonly cure: string | undefined
}

const signs: Readonly<Record<Verdict, string>> = {
  accepted: '✓',
  allowed: '✓',
  denied: '–',
  duplicate: '=',
  refused: '✕',
  failed: '!',
  waiting: '…',
}

// An entry never changes: an update is a new one.
const rows = { launcher: new WeakMap<Entry, Row>(), proxy: new WeakMap<Entry, Row>() }

/** Makes the row of a request. */
export function rowOf(entry: Entry, mode: 'launcher' | 'proxy'): Row {
  const known = rows[mode].get(entry)
  if (known) return known
  const verdict = verdictOf(entry)
  const row: Row = {
    number: entry.number,
    verdict,
    sign: signs[verdict],
    time: timeOfDay(entry.receivedAt),
    receivedAt: entry.receivedAt,
    subject: subjectOf(entry),
    about:
      entry.kind === 'delivery'
        ? escapeUnprintable(entry.orderId ?? '')
        : (entry.koyweConcludes ?? ''),
    answer: escapeUnprintable(answerOf(entry)),
    took: entry.durationMs === undefined ? '' : duration(entry.durationMs),
    badges: badgesOf(entry, verdict),
    reason: checksOf(entry)?.sentence ?? reasonOf(entry, mode),
    cure: cureOf(entry),
  }
  rows[mode].set(entry, row)
  return row
}

/** What a request is about, in a word or two. */
export function subjectOf(entry: Entry): string {
  if (entry.kind === 'question') return escapeUnprintable(entry.email ?? '(no email)')
  return escapeUnprintable(entry.eventName ?? '(no event name)')
}

function badgesOf(entry: Entry, verdict: Verdict): readonly string[] {
  const badges: string[] = []
  if (verdict === 'duplicate') badges.push('duplicate')
  const origin = originOf(entry)
  if (origin !== undefined) badges.push(origin)
  if (entry.kind === 'delivery' && entry.api === 'payments') badges.push('Payments API')
  if (entry.kind === 'question' && isMisread(entry)) badges.push('misread')
  return badges
}
