import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { environment } from '@x/koywe-testkit/environment'
import { run } from '@x/koywe-testkit/run'
import { packages } from './claims.js'
import type { Installer } from './install.js'
import type { Row } from './rows.js'

/** What a row came to. */
export interface Outcome {
  readonly row: Row
  /** The version of Node that ran it, and those of the packages by the names of their imports. */
  readonly node: string
  readonly versions: Readonly<Record<string, string>>
  readonly passed: number
  readonly seconds: number
  /** Absent when every test passed: the first failures, or what kept the row from running. */
  readonly fault?: string
}

const vitest = join(packages, '../node_modules/vitest/vitest.mjs')
const config = join(packages, 'matrix/src/row.config.ts')
const endsWithinMs = 10 * 60_000

/** Installs a row's versions and runs the adapter's conformance tests, as they are, on them. Never rejects. */
export async function runRow(row: Row, { install, installNode }: Installer): Promise<Outcome> {
  const start = performance.now()
  const nothing = { row, node: row.node, versions: row.dependencies, passed: 0 }
  const seconds = (): number => Math.round((performance.now() - start) / 1000)
  const scratch = await mkdtemp(join(tmpdir(), 'koywe-row-'))
  try {
    const [{ program, version }, { folder, versions }] = await Promise.all([
      installNode(row.node),
      install(row.dependencies),
    ])
    const tests = await play(row, { node: program, folder, scratch })
    return { row, node: version, versions, ...tests, seconds: seconds() }
  } catch (error) {
    const fault = error instanceof Error ? error.message : String(error)
    return { ...nothing, fault: fault.slice(0, 2000), seconds: seconds() }
  } finally {
    await rm(scratch, { recursive: true, force: true })
  }
}

interface Place {
  readonly node: string
  readonly folder: string
  readonly scratch: string
}

async function play(row: Row, { node, folder, scratch }: Place) {
  const report = join(scratch, 'report.json')
  const used = join(scratch, 'used')
  const test = `packages/${row.adapter}/test/conformance-${row.major}.test.ts`
  const reporter = ['--reporter=json', `--outputFile=${report}`]
  const env = {
    ...environment(),
    ROW_FOLDER: folder,
    ROW_IMPORTS: JSON.stringify(row.imports),
    ROW_USED: used,
  }
  const command = [node, vitest, 'run', '--config', config, test, ...reporter] as const
  const ended = await run({ command, folder: join(packages, '..'), env }, endsWithinMs)
  const text = await readFile(report, 'utf8').catch(() => undefined)
  if (text === undefined) {
    throw new Error(`vitest ended with ${ended.code}: ${ended.stdout}${ended.stderr}`)
  }
  const imported = (await readFile(used, 'utf8').catch(() => '')).split('\n')
  const unused = Object.keys(row.imports).filter((name) => !imported.includes(name))
  const { passed, failures, unplayed } = readReport(JSON.parse(text))
  const faults = [
    ...failures,
    ...unused.map((name) => `${name} was not imported from the row's folder.`),
    ...(unplayed > 0 ? [`${unplayed} tests were skipped.`] : []),
    ...(passed === 0 ? ['No test passed.'] : []),
    ...(ended.code !== 0 && failures.length === 0 ? [`vitest ended with ${ended.code}.`] : []),
  ]
  if (faults.length === 0) return { passed }
  const more = faults.length > 5 ? [`and ${faults.length - 5} more`] : []
  return { passed, fault: [...faults.slice(0, 5), ...more].join('\n') }
}

/** The parts of vitest's report that are read. */
interface Report {
  readonly numPassedTests: number
  readonly numPendingTests: number
  readonly numTodoTests: number
  readonly testResults: readonly {
    readonly status: string
    readonly message: string
    readonly assertionResults: readonly {
      readonly status: string
      readonly fullName: string
      readonly failureMessages: readonly string[]
    }[]
  }[]
}

function readReport({ testResults, ...sums }: Report) {
  const failures = testResults.flatMap(({ status, message, assertionResults }) => {
    const failed = assertionResults
      .filter((test) => test.status === 'failed')
      .map((test) => `${test.fullName}: ${firstLine(test.failureMessages[0])}`)
    // A file that could not be loaded has no tests.
    return status === 'failed' && failed.length === 0 ? [firstLine(message)] : failed
  })
  const unplayed = sums.numPendingTests + sums.numTodoTests
  return { passed: sums.numPassedTests, failures, unplayed }
}

function firstLine(text = ''): string {
  return text.split('\n')[0] ?? ''
}
