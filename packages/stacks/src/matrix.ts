import type { Headers } from './asker.js'
import type { Result } from './questions.js'

/** The result of one stack with one form of requests. */
export interface Row {
  readonly family: string
  readonly name: string
  readonly ours: readonly Result[]
  readonly control: readonly Result[]
}

/** Whether the stack did not even start with the control, which says nothing about ours. */
export function isBroken({ control }: Row): boolean {
  return control.some(({ question, fault }) => question === 'start' && fault !== undefined)
}

/** The questions that ours fails and the control passes, and those that it answers without a header of the stack. */
export function faultsOf({ name, ours, control }: Row): readonly Result[] {
  const own = answersPastHooks(name) ? new Set([...ownHeaders, ...addedAfterwards]) : ownHeaders
  const controls = new Map(control.map((result) => [result.question, result]))
  return ours.flatMap((result) => {
    const other = controls.get(result.question)
    if (other?.fault) return []
    if (result.fault) return [result]
    const lost = headersLost(own, result.headers, other?.headers)
    return lost.length > 0 ? [{ ...result, fault: `without ${lost.join(', ')}` }] : []
  })
}

/** What a handler's own answer decides, and what belongs to one connection. */
const ownHeaders: ReadonlySet<string> = new Set([
  ...['connection', 'content-length', 'content-type', 'date', 'etag', 'keep-alive'],
  'transfer-encoding',
])

/** What compression and sessions add to an answer of Koa and of Fastify after its handler has run. */
const addedAfterwards = ['content-encoding', 'set-cookie', 'vary']

/** On Koa and Fastify ours writes the answer to Node's response, so that nothing that runs later can change it. */
function answersPastHooks(name: string): boolean {
  return /koa|fastify/i.test(name)
}

/** The headers of the control's answer that ours lacks, or has with another value, except its own. */
function headersLost(
  own: ReadonlySet<string>,
  ours: Headers = {},
  control: Headers = {},
): readonly string[] {
  return Object.keys(control).filter(
    (name) =>
      !own.has(name) &&
      (ours[name] === undefined || (isFixed(name) && ours[name] !== control[name])),
  )
}

/** Whether every answer of a stack has the same value. */
function isFixed(name: string): boolean {
  return !/cookie|ratelimit|rate-limit|date|nonce|request-?id/.test(name)
}

/** One line per stack, ours next to the control, and one per kind of fault. */
export function formatRow(row: Row): string {
  const faults = faultsOf(row)
  const mark = isBroken(row) ? 'BROKEN' : faults.length > 0 ? 'FAILED' : 'ok'
  const head = `${mark.padEnd(7)}${row.family.padEnd(30)}${row.name.padEnd(68)}`
  const counts = `ours ${countOf(row.ours).padEnd(8)}control ${countOf(row.control)}`
  const theirs = row.control.filter(({ fault }) => fault)
  return [
    head + counts,
    ...linesOf(faults).map((line) => `         ${line}`),
    ...linesOf(theirs).map((line) => `         (the control) ${line}`),
  ].join('\n')
}

/** One line per kind of fault, with the questions it concerns. */
function linesOf(results: readonly Result[]): readonly string[] {
  const questions = new Map<string, string[]>()
  for (const { question, fault = '' } of results) {
    questions.set(fault, [...(questions.get(fault) ?? []), question])
  }
  return [...questions].map(([fault, asked]) => `${fault} ← ${asked.join('; ')}`)
}

function countOf(results: readonly Result[]): string {
  return `${results.filter(({ fault }) => !fault).length}/${results.length}`
}
