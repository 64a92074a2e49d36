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

/** The questions that ours fails and the control passes. */
export function faultsOf({ ours, control }: Row): readonly Result[] {
  const failedToo = new Set(control.filter(({ fault }) => fault).map(({ question }) => question))
  return ours.filter(({ question, fault }) => fault && !failedToo.has(question))
}

/** One line per stack, ours next to the control, and one per kind of fault. */
export function formatRow(row: Row): string {
  const faults = faultsOf(row)
  const mark = isBroken(row) ? 'BROKEN' : faults.length > 0 ? 'FAILED' : 'ok'
  const head = `${mark.padEnd(7)}${row.family.padEnd(30)}${row.name.padEnd(56)}`
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
