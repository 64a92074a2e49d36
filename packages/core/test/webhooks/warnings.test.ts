import { createMemoryLog } from '@x/koywe-testkit/memory-log'
import { expect, it } from 'vitest'
import { createLog } from '../../src/log/logger.js'
import { createWarnings } from '../../src/webhooks/warnings.js'

it('an old secret is logged again after an hour, so that a silent log means that nobody uses it', () => {
  const logger = createMemoryLog()
  let minutes = 0
  const { oldSecret } = createWarnings(createLog(logger), { names: [] }, () => minutes * 60_000)
  const saidAfter: number[] = []
  for (minutes of [0, 1, 59, 60, 61, 119, 120, 200]) {
    const lines = logger.lines.length
    oldSecret(undefined, 2)
    if (logger.lines.length > lines) saidAfter.push(minutes)
  }
  expect(saidAfter).toEqual([0, 60, 120, 200])
  expect(logger.lines[0]).toBe(
    'koywe: a webhook was signed with an old secret (secretIndex 2; the current one is 0). Keep it in the list until no server ' +
      'has logged this for a few days; it is logged at most once an hour.',
  )
})
