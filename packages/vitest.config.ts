import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { configDefaults, defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'
import { browserTests, findChromium } from './testkit/src/find-chromium.js'

/** The files that take longest, the longest first. All others come after them. */
const longest = [
  'demo/test/copied-out',
  'packaging/test/consumers',
  'fuzz/test/fuzz',
  'soak/test/soak',
  'cli/test/page/accessibility.browser',
  'cli/test/inspect/matrix',
  'test/doctor.test',
  'test/conformance-',
  'dedupe/store-outage',
  'dedupe/postgres-store',
  'cli/test/doctor-mounts',
  'demo/test/demo',
]

/** A long file that starts last keeps one processor busy while the others have nothing left to do. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification): number => {
      const index = longest.findIndex((part) => moduleId.includes(part))
      return index < 0 ? longest.length : index
    }
    return (await super.sort(files)).toSorted((a, b) => rank(a) - rank(b))
  }
}

// Tests of servers, processes and installations mostly wait: for time limits, for a start, for the disk.
export default defineConfig({
  root: join(import.meta.dirname, '..'),
  test: {
    globalSetup: join(import.meta.dirname, 'testkit/src/vitest-setup.ts'),
    exclude: [
      ...configDefaults.exclude,
      // Copies of the tests, while `pnpm test:mutation` runs.
      '.stryker-tmp/**',
      ...(findChromium() === undefined && !process.env.CI ? [browserTests] : []),
    ],
    sequence: { sequencer: LongestFirst },
    // More files at once than processors, and several servers at once in each.
    maxWorkers: availableParallelism() * 2,
    maxConcurrency: 8,
    // Generous, because a test must not fail where the machine is busy.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    expect: { poll: { timeout: 20_000 } },
    // It imports JSON without the attribute that Node asks for.
    server: { deps: { inline: ['@actions/workflow-parser'] } },
  },
})
