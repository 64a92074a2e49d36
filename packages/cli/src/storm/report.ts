import { explanationLines } from '../answers/text.js'
import { paint, printable } from '../contract/output.js'
import { curesOf } from './cures.js'
import type { StormReport } from './run-storm.js'

/** The report for a person: answers by kind, percentiles, every wrong answer by name, and how to repeat the storm. */
export function formatReport(report: StormReport, again: string): string {
  const { sent, answered, seconds, interrupted, counts, latency, latestMs } = report
  const rate = seconds > 0 ? `, ${(sent / seconds).toFixed(1)} per second` : ''
  const width = Math.max(...counts.map(({ kind }) => kind.length), 12) + 2
  const lines = [
    `${interrupted ? 'Interrupted after ' : ''}${sent} deliveries in ${seconds.toFixed(1)} s${rate}; ${answered} answered`,
    '',
    ...counts.map(({ kind, right, count }) => {
      const row = `  ${kind.padEnd(width)}${String(count).padStart(8)}  ${right ? 'right' : 'WRONG'}`
      return right ? row : paint('red', row)
    }),
    '',
  ]
  if (latency) {
    const { p50, p90, p99, max } = latency
    const ms = (value: number): string => value.toFixed(1)
    lines.push(
      `Answered after p50 ${ms(p50)} ms, p90 ${ms(p90)} ms, p99 ${ms(p99)} ms, at most ${ms(max)} ms, from the moment each was due`,
    )
    if (latestMs > lateMs) {
      lines.push(`This machine sent up to ${ms(latestMs)} ms late; that is part of these times`)
    }
    lines.push('')
  }
  lines.push(...verdictOf(report), `Again: ${again}`)
  return lines.join('\n')
}

/** A machine that sends later than this is part of what it measures. */
const lateMs = 20

function verdictOf({ wrong, answered }: StormReport): string[] {
  if (wrong.length === 0 && answered === 0) return ['Nothing was answered.']
  if (wrong.length === 0) return [paint('green', 'Every answer was right.')]
  const title = wrong.length === 1 ? '1 wrong answer:' : `${wrong.length} wrong answers:`
  return [
    paint('red', title),
    ...wrong.map(({ name, problem }) => `  ${printable(`${name} ${problem}`)}`),
    '',
    ...curesOf(wrong).flatMap((cure) => [explanationLines(cure), '']),
  ]
}
