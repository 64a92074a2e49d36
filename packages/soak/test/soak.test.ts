import { execFileSync } from 'node:child_process'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { describeWithServer } from '@x/koywe-testkit/describe-with-server'
import { postgresUrl, redisUrl } from '@x/koywe-testkit/engines'
import { describe, expect, it } from 'vitest'
import { formatReport } from '../src/report.js'
import { runSoak, type SoakOptions } from '../src/run-soak.js'

// The servers are processes of their own and run what is compiled.
const folder = join(import.meta.dirname, '..')
const typescript = dirname(createRequire(import.meta.url).resolve('typescript/package.json'))
execFileSync(process.execPath, [join(typescript, 'bin/tsc'), '-p', folder], { stdio: 'inherit' })

describe.concurrent('a short soak', async () => {
  await describeWithServer('on PostgreSQL', postgresUrl, async () => {
    for (const store of ['redis', 'postgres'] as const) {
      const url = store === 'redis' ? redisUrl : postgresUrl
      await describeWithServer(`with the ${store} store`, url, () => describeSoak(store))
    }
  })
})

function describeSoak(store: SoakOptions['store']): void {
  it('loses no event and applies none twice while servers are killed', {
    timeout: 300_000,
  }, async () => {
    const report = await runSoak({
      store,
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
