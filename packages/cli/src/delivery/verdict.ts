import { type Explanation, explain, notJson } from '../answers/explain.js'
import type { Api } from '../contract/api.js'
import { type AnyAnswer, isDuplicate, isTaken } from './post.js'

/** What was sent, as far as the right answer depends on it. */
export interface Expectation {
  readonly api: Api
  /** It must be refused. */
  readonly isForged: boolean
  /** The same event was answered with a success before. */
  readonly isRepeated: boolean
  /** The same event is under way at the same time. */
  readonly isConcurrent: boolean
}

/** Whether an answer is the one that a receiver should give, and what it means. */
export interface Verdict {
  readonly right: boolean
  readonly explanation: Explanation | undefined
}

const acceptedForgery: Explanation = {
  meaning:
    'The server accepted an event that Koywe did not sign: anybody can tell it that money has arrived.',
  cure: 'Is the Koywe middleware mounted on this path, before any route that answers it?',
}

const refusedForgery = {
  cure: 'That is right: such an event must be refused, and no listener was called.',
}

const handledTwice: Explanation = {
  meaning: 'The server does not say that it knows this event, so it may have handled it twice.',
  cure: 'Keep deduplication on, in a store that all processes share.',
}

/** Judges an answer as Koywe's side sees it. */
export function judge(answer: AnyAnswer, expected: Expectation): Verdict {
  const { status, code, location } = answer
  const explanation = explain(status, code, expected.api, location)
  if (expected.isForged) {
    if (status >= 200 && status < 300) return { right: false, explanation: acceptedForgery }
    const right = [400, 401, 403].includes(status)
    return {
      right,
      explanation: right && explanation ? { ...explanation, ...refusedForgery } : explanation,
    }
  }
  if (expected.isConcurrent && code === 'in_progress') return { right: true, explanation }
  if (!isTaken(answer)) return { right: false, explanation: explanation ?? notJson }
  if (expected.isRepeated && !isDuplicate(answer)) {
    return { right: false, explanation: handledTwice }
  }
  return { right: true, explanation }
}
