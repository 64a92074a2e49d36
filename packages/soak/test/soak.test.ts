import { execFileSync } from 'node:child_process'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { describeWithServer } from '@x/koywe-testkit/describe-with-server'
import { engines } from '@x/koywe-testkit/engines'
import { describe, expect, it } from 'vitest'
import { formatReport } from '../src/report.js'
import { runSoak, type SoakOptions } from '../src/run-soak.js'

// The servers are processes of their own and run what is compiled.
const folder = join(import.meta.dirname, '..')
const typescript = dirname(createRequire(import.meta.url).resolve('typescript/package.json'))
execFileSync(process.execPath, [join(typescript, 'bin/tsc'), '-p', folder], { stdio: 'inherit' })

describe.concurrent('a short soak', () => {
  describeWithServer('on PostgreSQL', engines.postgres, (postgresUrl) => {
    describeWithServer('and Redis', engines.redis, (redisUrl) => {
      describe.each(['redis', 'postgres'] as const)('with the %s store', (store) => {
        describeSoak({ store, redisUrl, postgresUrl })
      })
    })
  })
})

function describeSoak(on: Pick<SoakOptions, 'store' | 'redisUrl' | 'postgresUrl'>): void {
  it('loses no event and applies none twice while servers are killed', {
    timeout: 300_000,
  }, async () => {
    const report = await runSoak({
      ...on,
      deliveries: 1500,
      orders: 300,
      seconds: 240,
      killEvery: 200,
    })
    process.stdout.write(`\n${formatReport(report)}`)
    expect(report.broken).toEqual([])
    expect(report.kills).toBeGreaterThan(0)
    expect(formatReport(report)).toMatch(/handled after, ms +(median|no event)/)
    expect(report.sent.events).toBe(1500)
  })
}
