import type { PlannedDelivery, StormEvent } from './plan.js'
import type { StormAnswer } from './sender.js'

/** One thing that went wrong. */
export interface WrongAnswer {
  readonly kind: string
  /** Which delivery it was. */
  readonly name: string
  /** A sentence about what the server did. */
  readonly problem: string
  readonly orderId: string
  readonly eventName: string | undefined
  readonly status: number | undefined
  /** The `error` in the body of the answer. */
  readonly code: string | undefined
}

/** How often answers of a kind came. */
export interface AnswerCount {
  readonly kind: string
  readonly right: boolean
  count: number
}

/** Judges the answers of a storm. */
export interface Verdict {
  readonly counts: readonly AnswerCount[]
  readonly wrong: readonly WrongAnswer[]
  /** A delivery goes out. */
  sent(delivery: PlannedDelivery): void
  /** It was answered, or never will be. Times are those of `performance.now()`. */
  answered(delivery: PlannedDelivery, answer: StormAnswer, sentAt: number): void
  /** Judges the events of which not every delivery was sent or answered. */
  finish(): void
}

/** What is known of one event while its deliveries are under way. */
interface Account {
  readonly first: StormEvent
  sent: number
  answered: number
  handledAt: number | undefined
  /** Whether an answer was wrong for a reason of its own, which says enough. */
  failed: boolean
}

/**
 * Creates the judge. Of the deliveries of one event exactly one is handled; each other one is a duplicate, or in progress while
 * that one is. A forgery gets the answer of the table of bad deliveries.
 */
export function createVerdict(): Verdict {
  const counts = new Map<string, AnswerCount>()
  const wrong: WrongAnswer[] = []
  const accounts = new Map<string, Account>()

  function count(kind: string, right: boolean): void {
    const known = counts.get(kind)
    if (known) known.count++
    else counts.set(kind, { kind, right, count: 1 })
  }

  function blame(delivery: PlannedDelivery, kind: string, problem: string, answer: StormAnswer) {
    count(kind, false)
    const { status } = answer
    const code = codeOf(answer)
    wrong.push({ kind, name: nameOf(delivery), problem, ...subjectOf(delivery), status, code })
  }

  function judgeEvent(delivery: PlannedDelivery & StormEvent, answer: StormAnswer, sentAt: number) {
    const account = accountOf(delivery)
    account.answered++
    const kind = kindOf(answer)
    if (kind === 'handled' && account.handledAt === undefined) {
      account.handledAt = performance.now()
      count(kind, true)
    } else if (kind === 'handled') {
      account.failed = true
      const problem =
        'was handled again: it got 200 without "duplicate":true, as another delivery of it had'
      blame(delivery, 'handled again', problem, answer)
    } else if (kind === 'in progress' && (account.handledAt ?? Infinity) < sentAt) {
      account.failed = true
      const problem =
        'was answered as still in progress, though the event had been handled before it was sent'
      blame(delivery, 'in progress forever', problem, answer)
    } else if (kind === 'duplicate' || kind === 'in progress') {
      count(kind, true)
    } else {
      account.failed = true
      blame(delivery, kind, described(answer), answer)
    }
    if (account.answered === delivery.deliveries) close(delivery.event, account)
  }

  function close(event: StormEvent['event'], account: Account): void {
    accounts.delete(keyOf(event))
    const { first, sent, answered, handledAt, failed } = account
    if (handledAt !== undefined || failed || answered < sent) return
    const name = `${event.eventName} of order ${event.orderId}`
    const problem = `was not handled: ${answered === 1 ? 'its only delivery was' : `all ${answered} deliveries were`} answered as duplicate or in progress`
    const none = { status: undefined, code: undefined }
    wrong.push({ kind: 'not handled', name, problem, ...subjectOf(first), ...none })
  }

  function accountOf(delivery: StormEvent): Account {
    const key = keyOf(delivery.event)
    const known = accounts.get(key)
    if (known) return known
    const account = { first: delivery, sent: 0, answered: 0, handledAt: undefined, failed: false }
    accounts.set(key, account)
    return account
  }

  return {
    get counts() {
      return [...counts.values()].sort(
        (a, b) => Number(b.right) - Number(a.right) || b.count - a.count,
      )
    },
    wrong,
    sent(delivery) {
      if (delivery.kind === 'event') accountOf(delivery).sent++
    },
    answered(delivery, answer, sentAt) {
      if (delivery.kind === 'event') return judgeEvent(delivery, answer, sentAt)
      const { bad } = delivery
      const { status } = answer
      const kind = kindOf(answer)
      const isRight = status === bad.status && kind === `${bad.status} ${bad.code}`
      const byParser =
        bad.parserMayRefuse !== undefined && status !== undefined && status >= 400 && status < 500
      if (isRight || byParser) return count('forgery refused', true)
      const accepted = status !== undefined && status >= 200 && status < 300
      const expected = `instead of ${bad.status} ${bad.code}`
      if (accepted) blame(delivery, 'forgery accepted', `${described(answer)} ${expected}`, answer)
      else blame(delivery, `forgery: ${kind}`, `${described(answer)} ${expected}`, answer)
    },
    finish() {
      for (const account of accounts.values()) close(account.first.event, account)
    },
  }
}

function keyOf({ orderId, eventName }: StormEvent['event']): string {
  return `${orderId} ${eventName}`
}

function nameOf(delivery: PlannedDelivery): string {
  if (delivery.kind === 'forgery') {
    return `forgery (${delivery.bad.name}) for order ${delivery.orderId}`
  }
  const { event, as } = delivery
  const copy = as === 'first' ? '' : ` (${as})`
  return `${event.eventName} of order ${event.orderId}${copy}`
}

function subjectOf(delivery: StormEvent | PlannedDelivery) {
  if (delivery.kind === 'forgery') return { orderId: delivery.orderId, eventName: undefined }
  const { orderId, eventName } = delivery.event
  return { orderId, eventName }
}

/** An answer in a word or two; those of a receiver have names. */
function kindOf(answer: StormAnswer): string {
  const { status } = answer
  if (status === undefined) return 'no answer'
  const { received, duplicate } = fieldsOf(answer.text)
  if (status === 200 && received === true) return duplicate === true ? 'duplicate' : 'handled'
  const code = codeOf(answer)
  if (status === 503 && code === 'in_progress') return 'in progress'
  return code === undefined ? `${status}` : `${status} ${code}`
}

/** The error that the answer names, if it looks like a code. */
function codeOf(answer: StormAnswer): string | undefined {
  if (answer.status === undefined) return undefined
  const { error } = fieldsOf(answer.text)
  return typeof error === 'string' && /^[\w-]{1,40}$/.test(error) ? error : undefined
}

function described(answer: StormAnswer): string {
  if (answer.status === undefined) {
    const { name, message, code } = answer.failure
    return name === 'TimeoutError'
      ? 'got no answer in time'
      : `got no answer (${code ?? (message || name)})`
  }
  const text = answer.text.replace(/\s+/g, ' ').trim()
  const shown = text.length > longest ? `${text.slice(0, longest)}…` : text
  return `was answered ${`${answer.status} ${shown}`.trim()}`
}

const longest = 120

function fieldsOf(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? { ...value } : {}
  } catch {
    return {}
  }
}
