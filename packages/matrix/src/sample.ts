import { createHash } from 'node:crypto'
import type { Row } from './rows.js'

const msOfDay = 86_400_000

/** The days since 1970 of a date such as `2026-11-24`. @throws {RangeError} when it is not a date. */
export function seedOf(day: string): number {
  const time = Date.parse(`${day}T00:00:00Z`)
  if (!/^\d{4}-\d{2}-\d{2}$/.test(day) || Number.isNaN(time)) {
    throw new RangeError(`${day} is not a day: write it like 2026-11-24.`)
  }
  return time / msOfDay
}

/** In how many days, whichever is the first, the samples have covered every row. */
export function daysToCover(rows: readonly Row[], perDay: number): number {
  return Math.max(1, Math.ceil(rows.length / perDay))
}

/**
 * The rows of one day, at most `perDay`. Their order is fixed: the adapters take turns, each with its rows in the order of a hash of
 * their names, so that a day mixes versions. Each day takes the next ones.
 */
export function sampleOf(rows: readonly Row[], seed: number, perDay: number): readonly Row[] {
  const first = (seed % daysToCover(rows, perDay)) * perDay
  return inTurns(rows).slice(first, first + perDay)
}

function inTurns(rows: readonly Row[]): readonly Row[] {
  const turns = new Map<Row, number>()
  const count = new Map<string, number>()
  const mixed = [...rows].sort((a, b) => (hashOf(a) < hashOf(b) ? -1 : 1))
  for (const row of mixed) {
    const turn = count.get(row.adapter) ?? 0
    turns.set(row, turn)
    count.set(row.adapter, turn + 1)
  }
  return mixed.sort((a, b) => (turns.get(a) ?? 0) - (turns.get(b) ?? 0))
}

function hashOf({ key }: Row): string {
  return createHash('sha256').update(key).digest('hex')
}
