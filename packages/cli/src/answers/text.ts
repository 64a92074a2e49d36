import { paint, printable } from '../contract/output.js'
import type { Explanation } from './explain.js'

const longest = 300

/** An answer on one line: the status, the body, and how long it took. */
export function answerLine(status: number, body: unknown, durationMs?: number): string {
  const text = printable(typeof body === 'string' ? body : JSON.stringify(body))
    .replace(/\s+/g, ' ')
    .trim()
  const short = text.length > longest ? `${text.slice(0, longest)}…` : text
  const time = durationMs === undefined ? '' : paint('dim', `  ${Math.round(durationMs)} ms`)
  return `${paint(status < 300 ? 'green' : 'red', String(status))} ${short}${time}`
}

/** What an answer means, and the cure beneath it. */
export function explanationLines({ meaning, cure }: Explanation): string {
  return `  ${printable(meaning)}\n  ${paint('bold', '→')} ${printable(cure)}`
}
