import { createMemoryLog } from '@x/koywe-testkit/memory-log'
import { expect, it } from 'vitest'
import { createLog } from '../../src/log/logger.js'
import { createWarnings } from '../../src/webhooks/warnings.js'

it('an old secret is logged again after an hour, so that a silent log means that nobody uses it', () => {
  const logger = createMemoryLog()
  let minutes = 0
  const { oldSecret } = createWarnings(createLog(logger), { names: [] }, () => minutes * 60_000)
  for (minutes of [0, 1, 59, 60, 61, 119, 200]) oldSecret(undefined, 2)
  expect(logger.lines).toHaveLength(3)
  for (const line of logger.lines) expect(line).toContain('secretIndex 2;')
})
