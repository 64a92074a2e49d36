import { printable } from '../contract/output.js'
import { type Cause, cures } from './cures.js'
import type { Outcome } from './wire.js'

/** One thing that the doctor has looked at. */
export interface Check {
  readonly name: string
  readonly status: 'pass' | 'warn' | 'fail'
  /** What was seen. */
  readonly message: string
  readonly cause?: Cause
  /** What to do, in plain words. */
  readonly cure?: string
}

export function pass(name: string, message: string): Check {
  return { name, status: 'pass', message }
}

/** A check that has not passed, with the cure of its cause. */
export function not(
  status: 'warn' | 'fail',
  name: string,
  cause: Cause,
  message: string,
  cure: string = cures[cause],
): Check {
  return { name, status, message, cause, cure }
}

/** An outcome in one line, safe on a terminal. */
export function summaryOf(outcome: Outcome): string {
  if (outcome.kind === 'hang') {
    const what = outcome.started ? 'an answer that does not end' : 'no answer'
    return `${what} within ${outcome.afterMs} ms`
  }
  if (outcome.kind === 'closed') return `no answer: ${outcome.reason}`
  const { status, headers, text } = outcome
  const location = headers.get('location')
  const to = location === undefined ? '' : ` to ${oneLine(location)}`
  return `${status}${to} ${oneLine(text)}`.trim()
}

const longest = 80

/** The beginning of a server's text on one line. */
export function oneLine(text: string): string {
  const line = printable(text.slice(0, 4 * longest))
    .replace(/\s+/g, ' ')
    .trim()
  return line.length > longest ? `${line.slice(0, longest)}…` : line
}
