/** One line of the table. */
export interface Row {
  readonly name: string
  /** The unit of the figures, or what they are relative to. */
  readonly unit: string
  /** One figure per round, or a single one. */
  readonly figures: readonly number[]
  /** The goal: the median is at most this. */
  readonly atMost?: number
}

/** The rows of one part of the benchmark. */
export interface Section {
  readonly title: string
  readonly rows: readonly Row[]
}

/** Whether the median of a row's figures meets its goal; `undefined` without a goal. */
export function isHeld({ figures, atMost }: Row): boolean | undefined {
  return atMost === undefined ? undefined : median(figures) <= atMost
}

/** Formats the table: median, minimum and maximum of every row, its goal and whether it is held, and a count at the end. */
export function formatTable(sections: readonly Section[]): string {
  const rows = sections.flatMap((section) => section.rows)
  const width = Math.max(...rows.map(({ name }) => name.length))
  const unitWidth = Math.max(...rows.map(({ unit }) => unit.length))

  function line(name: string, unit: string, ...cells: readonly string[]): string {
    const padded = cells.map((cell) => cell.padStart(8)).join('')
    return `  ${name.padEnd(width)}  ${unit.padEnd(unitWidth)}${padded}`.trimEnd()
  }

  function lineOf(row: Row): string {
    const { name, unit, figures, atMost } = row
    const spread = [median(figures), Math.min(...figures), Math.max(...figures)].map(formatFigure)
    const verdict = atMost === undefined ? [] : [`≤ ${atMost}`, isHeld(row) ? 'held' : 'missed']
    return line(name, unit, ...spread, ...verdict)
  }

  const goals = rows.map(isHeld).filter((held) => held !== undefined)
  const held = goals.filter(Boolean).length
  return [
    line('', '', 'median', 'min', 'max', 'goal'),
    ...sections.flatMap(({ title, rows }) => [title, ...rows.map(lineOf)]),
    `${held} of ${goals.length} goals held, ${goals.length - held} missed`,
    '',
  ].join('\n')
}

/** The middle figure, or the mean of the two in the middle. */
export function median(figures: readonly number[]): number {
  const sorted = [...figures].sort((a, b) => a - b)
  const middle = sorted.slice((sorted.length - 1) >> 1, (sorted.length >> 1) + 1)
  return middle.reduce((sum, figure) => sum + figure, 0) / middle.length
}

function formatFigure(figure: number): string {
  return figure.toFixed(figure < 100 ? 2 : 0)
}
