import { inject } from 'vitest'
import type { EngineUrls } from './start-engines.js'

declare module 'vitest' {
  interface ProvidedContext {
    engines: EngineUrls
  }
}

/** The servers that the tests of the stores use, each test in a table or under a prefix of its own. */
export const engines: EngineUrls = inject('engines') ?? { redis: undefined, postgres: undefined }
