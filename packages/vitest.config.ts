import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { defineConfig } from 'vitest/config'

// Tests of servers, processes and installations mostly wait: for time limits, for a start, for the disk.
export default defineConfig({
  root: join(import.meta.dirname, '..'),
  test: {
    // More files at once than processors, and several servers at once in each.
    maxWorkers: Math.ceil(availableParallelism() * 1.5),
    maxConcurrency: 8,
    // Generous, because a test must not fail where the machine is busy.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    expect: { poll: { timeout: 20_000 } },
  },
})
