import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { type Change, changesIn } from './changes.js'
import { differences, type Survivors } from './survivors.js'

const usage = `Usage: pnpm test:mutation [folder or file of packages/core/src]…

Changes the core in one place at a time and runs its tests. Ends with 1 where fewer than 90 % of the changes are noticed, or where
those that are not noticed differ from packages/mutation/survivors.json.`

const root = join(import.meta.dirname, '../../..')
const leastScore = 90

/** What is changed, and the folders of packages/core/test that must notice. */
const areas: Readonly<Record<string, string>> = {
  ramp: 'ramp',
  payments: 'payments,webhooks',
  'auth-callback': 'auth-callback,http',
  'dedupe/memory-store.ts': 'dedupe',
  http: 'http,auth-callback,webhooks',
  webhooks: 'webhooks,http',
}

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { help: { type: 'boolean', default: false } },
})
const asked = positionals.length > 0 ? positionals : Object.keys(areas)
const tests = asked.map((path) => areas[path] ?? areas[path.split('/')[0] ?? ''])
if (values.help || tests.includes(undefined)) {
  console.log(usage)
  process.exitCode = values.help ? 0 : 2
} else {
  const survivors: Survivors = JSON.parse(
    readFileSync(join(import.meta.dirname, '../survivors.json'), 'utf8'),
  )
  const results = asked.map((path, index) => [path, changesOf(path, tests[index] ?? '')] as const)
  const wrong = differences(
    results.flatMap(([, changes]) => changes),
    survivors,
  )
  for (const sentence of wrong) console.log(`${sentence}\n`)
  const scores = results.map(([path, changes]) => [path, scoreOf(changes)] as const)
  for (const [path, score] of scores) console.log(`${path}: ${score.toFixed(1)} % noticed`)
  if (wrong.length > 0 || scores.some(([, score]) => score < leastScore)) process.exitCode = 1
}

/** Runs Stryker. */
function changesOf(path: string, tests: string): readonly Change[] {
  const files = path.endsWith('.ts') ? path : `${path}/**/*.ts`
  const stryker = join(import.meta.dirname, '../node_modules/.bin/stryker')
  const settings = ['run', 'packages/mutation/stryker.config.json']
  const { status } = spawnSync(stryker, [...settings, '--mutate', `packages/core/src/${files}`], {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, KOYWE_MUTATION_TESTS: tests },
  })
  if (status !== 0) throw new Error(`Stryker ended with ${status} for ${path}`)
  const file = join(root, 'node_modules/.cache/mutation/report.json')
  return changesIn(JSON.parse(readFileSync(file, 'utf8')))
}

/** The share of changes that a test noticed, in percent. */
function scoreOf(changes: readonly Change[]): number {
  const tried = changes.filter(({ noticed }) => noticed !== undefined)
  return (100 * tried.filter(({ noticed }) => noticed).length) / tried.length
}
