import { join } from 'node:path'
import { defineConfig } from 'vitest/config'
import quick from './vitest.quick.config.js'

/** The folders of `packages/core/test` that must notice a change; all when it is not set. */
const folders =
  process.env.KOYWE_MUTATION_TESTS ?? 'ramp,payments,http,auth-callback,dedupe,webhooks,setup'

/** The core's own tests without those that wait, or that try the same again many times: each runs once for every change. */
export default defineConfig({
  ...quick,
  root: join(import.meta.dirname, '..'),
  test: {
    ...quick.test,
    include: [`packages/core/test/{${folders},none}/**/*.test.ts`],
    exclude: [
      ...(quick.test?.exclude ?? []),
      '**/{ramp,payments}/vectors.test.ts',
      '**/webhooks/properties.test.ts',
    ],
    testNamePattern: /^(?!.*every depth of nesting)/,
    // A change that makes a test wait for ever is noticed soon: Stryker would start its processes anew.
    testTimeout: 5_000,
    expect: { poll: { timeout: 3_000 } },
  },
})
