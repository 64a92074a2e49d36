import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'

const usage = `Usage: pnpm test:mutation [folder or file of packages/core/src]…

Changes the core in one place at a time and runs its tests. Ends with 1 where fewer than 90 % of the changes are noticed.`

const root = join(import.meta.dirname, '../../..')
const leastScore = 90

/** What is changed, and the folders of packages/core/test that must notice. */
const areas: Readonly<Record<string, string>> = {
  ramp: 'ramp',
  'auth-callback': 'auth-callback',
  'dedupe/memory-store.ts': 'dedupe',
  http: 'http,auth-callback,webhooks',
  webhooks: 'webhooks',
}

/** The part of Stryker's report that is read. */
interface Report {
  readonly files: Readonly<
    Record<string, { readonly mutants: readonly { readonly status: string }[] }>
  >
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
  const scores = asked.map((path, index) => [path, scoreOf(path, tests[index] ?? '')] as const)
  for (const [path, score] of scores) console.log(`${path}: ${score.toFixed(1)} % noticed`)
  if (scores.some(([, score]) => score < leastScore)) process.exitCode = 1
}

/** Runs Stryker and returns the share of changes that a test noticed, in percent. */
function scoreOf(path: string, tests: string): number {
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
  const report: Report = JSON.parse(readFileSync(file, 'utf8'))
  const statuses = Object.values(report.files).flatMap(({ mutants }) =>
    mutants.map(({ status }) => status),
  )
  const count = (...wanted: string[]) => statuses.filter((one) => wanted.includes(one)).length
  const noticed = count('Killed', 'Timeout')
  return (100 * noticed) / (noticed + count('Survived', 'NoCoverage'))
}
