import type { Change } from './changes.js'

/** By file below `packages/core/src`: the changes that no test has to notice. */
export type Survivors = Readonly<Record<string, readonly Survivor[]>>

interface Survivor {
  readonly line: string
  readonly becomes: readonly string[]
  /** Why no test has to notice: as a rule because nobody can. */
  readonly because: string
}

/** Compares what no test noticed with the list, for the files that were changed. Returns a sentence about each difference. */
export function differences(changes: readonly Change[], survivors: Survivors): readonly string[] {
  const listed = new Map(listOf(survivors).map((change) => [keyOf(change), change]))
  const tried = new Map(changes.map((change) => [keyOf(change), change]))
  const files = new Set(changes.map(({ file }) => file))

  const unlisted = [...tried].filter(([key, { noticed }]) => noticed === false && !listed.has(key))
  const stale = [...listed].filter(
    ([key, { file }]) => files.has(file) && tried.get(key)?.noticed !== false,
  )
  return [
    ...unlisted.map(
      ([, change]) =>
        `No test notices, and it is not listed: ${textOf(change, `:${change.lineNumber}`)}`,
    ),
    ...stale.map(([key, change]) =>
      tried.has(key)
        ? `A test notices by now what is listed: ${textOf(change)}`
        : `What is listed is not in the source any more: ${textOf(change)}`,
    ),
  ]
}

type Named = Pick<Change, 'file' | 'line' | 'becomes'>

function listOf(survivors: Survivors): readonly Named[] {
  return Object.entries(survivors).flatMap(([file, entries]) =>
    entries.flatMap(({ line, becomes }) =>
      becomes.map((changed) => ({ file, line, becomes: changed })),
    ),
  )
}

function keyOf({ file, line, becomes }: Named): string {
  return JSON.stringify([file, line, becomes])
}

function textOf({ file, line, becomes }: Named, place = ''): string {
  return `${file}${place}\n  - ${line}\n  + ${becomes}`
}
