// pnpm test:matrix [--sample [--day 2026-11-24]] [--only <words of a row>]… [--write]
import { mkdtemp, rm } from 'node:fs/promises'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { adapters, readClaims } from './claims.js'
import { writeDocument } from './document.js'
import { createInstaller } from './install.js'
import { nodesOf, readEngines } from './nodes.js'
import { rowsOf } from './rows.js'
import { type Outcome, runRow } from './run-row.js'
import { daysToCover, sampleOf, seedOf } from './sample.js'
import { formatOutcome, formatTable } from './table.js'

/** A row waits for time limits as long as it computes. */
const atOnce = availableParallelism() + 1

/** About two minutes of a processor. */
const perDay = 5

const { values } = parseArgs({
  options: {
    sample: { type: 'boolean', default: false },
    day: { type: 'string' },
    only: { type: 'string', multiple: true, default: [] },
    write: { type: 'boolean', default: false },
  },
})
const { sample, only, write } = values
const today = new Date().toISOString().slice(0, 10)
if (values.day !== undefined && !sample) throw new Error('--day is of use only with --sample.')
if (write && sample) throw new Error('--write is for more than a sample: leave out --sample.')

const all = rowsOf(adapters.map(readClaims), nodesOf(readEngines()))
const day = values.day ?? today
const seed = seedOf(day)
const ofDay = sample ? sampleOf(all, seed, perDay) : all
const chosen = ofDay.filter(
  ({ key }) => only.length === 0 || only.some((words) => key.includes(words)),
)
console.log(
  sample
    ? `${chosen.length} of ${all.length} rows, those of ${day} (seed ${seed}); every row has its turn within ${daysToCover(all, perDay)} days`
    : `${chosen.length} of ${all.length} rows`,
)

const outcomes: Outcome[] = []
const folder = await mkdtemp(join(tmpdir(), 'koywe-matrix-'))
try {
  const installer = createInstaller(folder)
  await inParallel(chosen, async (row) => {
    const outcome = await runRow(row, installer)
    outcomes.push(outcome)
    console.log(`${outcomes.length}/${chosen.length} ${formatOutcome(outcome)}`)
  })
} finally {
  await rm(folder, { recursive: true, force: true })
}
outcomes.sort((a, b) => chosen.indexOf(a.row) - chosen.indexOf(b.row))
const failed = outcomes.filter(({ fault }) => fault !== undefined)
console.log(`\n${formatTable(outcomes)}\n`)
console.log(`${outcomes.length - failed.length} rows passed, ${failed.length} failed`)
if (write) await writeDocument(outcomes, all.length, today)
process.exitCode = failed.length > 0 || outcomes.length === 0 ? 1 : 0

async function inParallel<Item>(items: readonly Item[], work: (item: Item) => Promise<void>) {
  const waiting = [...items]
  const worker = async (): Promise<void> => {
    for (let item = waiting.shift(); item !== undefined; item = waiting.shift()) await work(item)
  }
  await Promise.all(Array.from({ length: atOnce }, worker))
}
