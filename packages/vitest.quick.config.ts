import { join } from 'node:path'
import { defineConfig } from 'vitest/config'
import whole from './vitest.config.js'

const core = (door: string): string => join(import.meta.dirname, 'core/src', `${door}.ts`)

/** Answers in seconds and needs no build, no engine and no network: the core, and one mount of each adapter. */
export default defineConfig({
  ...whole,
  resolve: {
    alias: [
      { find: /^@x\/koywe-core$/, replacement: core('index') },
      { find: /^@x\/koywe-core\/(\w+)$/, replacement: core('$1') },
    ],
  },
  test: {
    ...whole.test,
    globalSetup: [],
    include: ['packages/core/test/**/*.test.ts', 'packages/{express,koa,fastify}/test/quick.ts'],
    // These wait for leases, for engines or for processes that run what is built.
    exclude: [
      '**/dedupe/{postgres-store,redis-store,store-outage}.test.ts',
      '**/webhooks/{renew-lease,process}.test.ts',
      '**/core/test/errors.test.ts',
    ],
  },
})
