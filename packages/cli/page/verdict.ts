import type { DeliveryEntry, Entry, QuestionEntry } from '../src/inspect/entries.js'

/** What became of a request. */
export type Verdict =
  | 'waiting'
  | 'accepted'
  | 'duplicate'
  | 'allowed'
  | 'denied'
  | 'refused'
  | 'failed'

/** Reads a request's verdict from its answer. A server's own fault is `failed`, everything else but a success `refused`. */
export function verdictOf(entry: Entry): Verdict {
  const { status } = entry
  if (status === undefined) return entry.code === undefined ? 'waiting' : 'failed'
  if (status >= 500) return 'failed'
  if (status < 200 || status >= 300) return 'refused'
  if (entry.kind === 'question')
    return entry.koyweConcludes ?? (entry.allowed ? 'allowed' : 'denied')
  return entry.duplicate ? 'duplicate' : 'accepted'
}

/** Whether the receiver has found the signature right. A proxy only sees that a listener may have run. */
export function hasVerified(entry: DeliveryEntry): boolean {
  if (entry.verified !== undefined) return entry.verified
  return ['accepted', 'duplicate', 'failed'].includes(verdictOf(entry))
}

/** What the answer was, in a few words: `200`, `401 invalid_signature`, `no answer yet`. */
export function answerOf(entry: Entry): string {
  const { status, code } = entry
  if (status === undefined) return code ?? 'no answer yet'
  return code === undefined ? String(status) : `${status} ${code}`
}

/** Where a request came from, when it was not from outside. */
export function originOf(entry: Entry): string | undefined {
  if (entry.origin === 'received') return undefined
  if (entry.origin === 'sent') return 'sent from here'
  return entry.replayOf === undefined ? 'replay' : `replay of ${entry.replayOf}`
}

/** What the dedupe store said about a delivery. */
export function storeSentence(entry: DeliveryEntry): string {
  if (entry.duplicate) return 'Handled before: the store knew this event, so no listener ran.'
  if (entry.code === 'in_progress') {
    return 'In progress: another delivery of this event was being handled at that moment, so no listener ran.'
  }
  if (entry.code === 'store_unavailable') {
    return 'Unavailable: the store did not answer, so no listener ran.'
  }
  switch (verdictOf(entry)) {
    case 'waiting':
      return 'There is no answer yet.'
    case 'accepted':
      return 'A new event: its listeners ran.'
    case 'failed':
      return entry.verified === true
        ? 'A new event. It is not marked as handled, so it can be sent again.'
        : 'Not checked for duplicates.'
    default:
      return 'Not checked for duplicates: the delivery was refused first.'
  }
}

/** Why there is no success: what listeners threw, or else the receiver's own sentence, or that there is none. `undefined` for a success. */
export function reasonOf(entry: Entry, mode: 'launcher' | 'proxy'): string | undefined {
  // The receiver's own sentence keeps to itself what a message may say.
  const hasFailed = entry.kind === 'delivery' && entry.code === 'handler_failed'
  if (hasFailed && entry.errors.length > 0) return thrownIn(entry)
  if (entry.reason !== undefined) return entry.reason
  const verdict = verdictOf(entry)
  if (verdict !== 'refused' && verdict !== 'failed') return undefined
  return mode === 'proxy'
    ? 'The reason is unknown here: the application was not started by koywe inspect.'
    : 'The Koywe middleware gave no reason: something in front of it may have answered.'
}

function thrownIn({ errors }: DeliveryEntry): string {
  const thrown = errors.map(({ name, message }) => `${name}: ${message}`)
  return `${errors.length === 1 ? 'A listener' : 'Listeners'} threw ${thrown.join('; ')}`
}

/** Whether Koywe takes an answer as a yes that `isAllowed` did not give, or the other way round. */
export function isMisread(entry: QuestionEntry): boolean {
  if (entry.koyweConcludes === undefined || entry.status === undefined) return false
  return entry.allowed !== (entry.koyweConcludes === 'allowed')
}
