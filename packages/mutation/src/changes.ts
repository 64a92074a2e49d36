/** The part of Stryker's report that is read. */
export interface Report {
  /** By the file's path below the root. */
  readonly files: Readonly<Record<string, MutatedFile>>
}

interface MutatedFile {
  readonly source: string
  readonly mutants: readonly Mutant[]
}

interface Mutant {
  readonly status: string
  readonly replacement?: string
  /** Lines and columns count from 1. */
  readonly location: { readonly start: Position; readonly end: Position }
}

interface Position {
  readonly line: number
  readonly column: number
}

/** One change of the core. It is named by its text, so that it keeps its name when lines are added above. */
export interface Change {
  /** Below `packages/core/src`. */
  readonly file: string
  /** Counts from 1. */
  readonly lineNumber: number
  /** The line before the change, with those above it where that line alone is in the file more than once. */
  readonly line: string
  /** The same line after the change; a change of several lines is written on one. */
  readonly becomes: string
  /** Whether a test noticed; `undefined` where Stryker could not try. */
  readonly noticed: boolean | undefined
}

const below = 'packages/core/src/'

/** The changes that Stryker tried, in the order of the source. */
export function changesIn(report: Report): readonly Change[] {
  return Object.entries(report.files).flatMap(([path, { source, mutants }]) => {
    const lines = source.split('\n')
    return mutants
      .toSorted((a, b) => a.location.start.line - b.location.start.line)
      .map((mutant) => ({
        file: path.slice(path.indexOf(below) + below.length),
        lineNumber: mutant.location.start.line,
        line: nameOf(lines, mutant.location.start.line - 1),
        becomes: changed(lines, mutant),
        noticed: wasNoticed(mutant.status),
      }))
  })
}

function wasNoticed(status: string): boolean | undefined {
  if (status === 'Killed' || status === 'Timeout') return true
  return status === 'Survived' || status === 'NoCoverage' ? false : undefined
}

/** As few lines as are in the file once, the last of which is the line at `index`. */
function nameOf(lines: readonly string[], index: number): string {
  for (let first = index; first >= 0; first--) {
    const name = linesFrom(lines, first, index)
    const others = lines.filter(
      (_, last) => last !== index && linesFrom(lines, last - (index - first), last) === name,
    )
    if (others.length === 0) return name
  }
  return linesFrom(lines, 0, index)
}

/** Those lines as one. */
export function linesFrom(lines: readonly string[], first: number, last: number): string {
  return asOne(lines.slice(Math.max(first, 0), last + 1).join('\n'))
}

function changed(lines: readonly string[], { replacement = '', location }: Mutant): string {
  const { start, end } = location
  const before = lines[start.line - 1]?.slice(0, start.column - 1) ?? ''
  const after = lines[end.line - 1]?.slice(end.column - 1) ?? ''
  return asOne(before + replacement + after)
}

function asOne(text: string): string {
  return text.trim().replace(/\s*\n\s*/g, ' ')
}
