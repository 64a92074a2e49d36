import { paint } from '../contract/output.js'
import type { Check } from './check.js'

const marks = {
  pass: () => paint('green', '✔'),
  warn: () => paint('yellow', '!'),
  fail: () => paint('red', '✖'),
} as const

/** More passed checks than this in a row are counted, not listed. */
const mostListed = 5

/** The findings for a person: what has passed in short, the rest in full, with one cure for each cause. */
export function reportOf(url: URL, checks: readonly Check[]): string {
  const passed = checks.filter(({ status }) => status === 'pass')
  const listed = passed.slice(0, mostListed)
  const others = passed.length - listed.length
  const lines = listed.map(({ name, message }) => `${marks.pass()} ${name}: ${message}`)
  if (others > 0) lines.push(`${marks.pass()} and ${others} more checks passed`)
  for (const sameCause of byCause(checks)) {
    lines.push('', ...sameCause.map((check) => lineOf(check)))
    const { cure } = sameCause[0] ?? {}
    if (cure !== undefined) lines.push(`  → ${cure}`)
  }
  return [url.href, ...lines, '', countsOf(checks)].join('\n')
}

function lineOf({ status, name, cause, message }: Check): string {
  return `${marks[status]()} ${name}: ${message}${cause === undefined ? '' : ` (${cause})`}`
}

/** What has failed comes first. */
function byCause(checks: readonly Check[]): Check[][] {
  const groups = new Map<string, Check[]>()
  for (const status of ['fail', 'warn'] as const) {
    for (const check of checks.filter((one) => one.status === status)) {
      const key = `${status} ${check.cause}`
      const group = groups.get(key)
      if (group) group.push(check)
      else groups.set(key, [check])
    }
  }
  return [...groups.values()]
}

function countsOf(checks: readonly Check[]): string {
  const count = (status: Check['status']) => checks.filter((one) => one.status === status).length
  const text = `${count('pass')} passed, ${count('warn')} warned, ${count('fail')} failed`
  return paint(count('fail') > 0 ? 'red' : 'green', text)
}
