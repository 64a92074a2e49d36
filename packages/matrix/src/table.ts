import type { Claims } from './claims.js'
import type { Outcome } from './run-row.js'

/** One line for a row that has just ended, with its first failures below. */
export function formatOutcome({ row, node, versions, passed, seconds, fault }: Outcome): string {
  const framework = `${row.framework.published} ${versions[row.framework.published]}`
  const head = `${fault === undefined ? 'ok    ' : 'FAILED'} ${row.key}: ${framework} on node ${node}, ${passed} tests, ${seconds} s`
  return fault === undefined ? head : `${head}\n       ${fault.replaceAll('\n', '\n       ')}`
}

/**
 * The outcomes as a Markdown table: a line for each version of a framework with its routers and parsers, and a column for each version
 * of Node. A cell is the number of tests that passed, or `failed`; it is empty where that row was not played.
 */
export function formatTable(outcomes: readonly Outcome[]): string {
  const nodes = [...new Set(outcomes.map(({ node }) => node))].sort(
    (a, b) => Number.parseFloat(a) - Number.parseFloat(b),
  )
  const lines = new Map<string, Map<string, string>>()
  for (const { row, node, versions, passed, fault } of outcomes) {
    const framework = `${row.framework.published} ${versions[row.framework.published]}`
    const line = `${framework} | ${row.companionsEnd}`
    const cells = lines.get(line) ?? new Map<string, string>()
    lines.set(line, cells.set(node, fault === undefined ? String(passed) : 'failed'))
  }
  return tableOf(
    ['Framework', 'Beside it', ...nodes.map((node) => `Node ${node}`)],
    [...lines].map(([line, cells]) => [
      ...line.split(' | '),
      ...nodes.map((node) => cells.get(node) ?? ''),
    ]),
    2,
  )
}

/** What stood beside each framework, with its lowest and highest version. */
export function formatCompanions(claims: readonly Claims[], outcomes: readonly Outcome[]): string {
  const versionOf = (adapter: string, name: string, end: string): string =>
    outcomes.find(({ row }) => row.adapter === adapter && row.companionsEnd === end)?.versions[
      name
    ] ?? ''
  return tableOf(
    ['Mounts of', 'Package', 'Lowest', 'Highest'],
    claims.flatMap(({ adapter, companions }) =>
      companions.map(({ name, published }) => [
        adapter,
        published,
        ...['lowest', 'highest'].map((end) => versionOf(adapter, name, end)),
      ]),
    ),
  )
}

type Cells = readonly string[]

/** A Markdown table as the formatter would write it. The columns from `numbers` on are aligned to the right. */
function tableOf(head: Cells, lines: readonly Cells[], numbers = head.length): string {
  const widths = head.map((_title, column) =>
    Math.max(3, ...[head, ...lines].map((cells) => cells[column]?.length ?? 0)),
  )
  const rowOf = (cells: Cells): string =>
    `| ${cells.map((cell, column) => pad(cell, widths[column] ?? 0, column >= numbers)).join(' | ')} |`
  const rule = widths.map((width, column) =>
    column < numbers ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`,
  )
  return [head, rule, ...lines].map(rowOf).join('\n')
}

function pad(cell: string, width: number, isNumber: boolean): string {
  return isNumber ? cell.padStart(width) : cell.padEnd(width)
}
