/** One line of a table: what was done, what came of it and what should have. */
export interface Row {
  readonly done: string
  readonly got: readonly string[]
  readonly wanted: readonly string[]
}

/** Tells whether everything came out as it should. */
export function isRight({ got, wanted }: Row): boolean {
  return got.length === wanted.length && got.every((cell, index) => cell === wanted[index])
}

const longestCell = 60

/** Lays rows out under their headings; a row that is wrong is followed by what was wanted. */
export function formatTable(headings: readonly string[], rows: readonly Row[]): string {
  const lines = [
    ['', ...headings],
    ...rows.flatMap((row) => {
      const { done, wanted } = row
      const got = row.got.map(onOneLine)
      if (isRight(row)) return [['✓', done, ...got]]
      return [
        ['✗', done, ...got],
        ['', '  should be', ...wanted],
      ]
    }),
  ]
  const widths = ['', ...headings].map((_heading, column) =>
    Math.max(1, ...lines.map((line) => line[column]?.length ?? 0)),
  )
  return lines
    .map((line) => line.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  '))
    .map((line) => `  ${line.trimEnd()}`)
    .join('\n')
}

/** A server that is wrong may have answered with a whole page. */
function onOneLine(cell: string): string {
  const line = cell.replace(/\s+/g, ' ')
  return line.length > longestCell ? `${line.slice(0, longestCell)}…` : line
}
