import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { adapters, packages, readClaims } from './claims.js'
import type { Outcome } from './run-row.js'
import { formatCompanions, formatTable } from './table.js'

const path = join(packages, 'conformance/MATRIX.md')
const start = '<!-- the matrix: written by pnpm test:matrix --write -->'
const end = '<!-- the end of the matrix -->'

/** Writes the tables of a run into the documentation, between the markers. `all` is the number of rows of the whole matrix. */
export async function writeDocument(
  outcomes: readonly Outcome[],
  all: number,
  day: string,
): Promise<void> {
  const passed = outcomes.filter(({ fault }) => fault === undefined).length
  const failed = outcomes.length - passed
  const sum = `${day}, ${process.platform}-${process.arch}: ${outcomes.length} of ${all} rows were played, ${passed} passed, ${failed} failed.`
  const claims = adapters.map(readClaims)
  const tables = [sum, formatTable(outcomes), formatCompanions(claims, outcomes)].join('\n\n')
  await writeFile(path, replaceBetween(await readFile(path, 'utf8'), tables))
}

/** Replaces what stands between the markers. @throws {Error} when one of them is missing. */
export function replaceBetween(document: string, tables: string): string {
  const [before, rest] = document.split(start)
  const [, after] = rest?.split(end) ?? []
  if (before === undefined || after === undefined) throw new Error('The markers are missing.')
  return `${before}${start}\n\n${tables}\n\n${end}${after}`
}
