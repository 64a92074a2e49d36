import { expect, it } from 'vitest'
import { describeWithServer, postgresUrl, redisUrl } from '../../core/test/engines.js'
import { formatReport } from '../src/report.js'
import { runSoak } from '../src/run-soak.js'

await describeWithServer('a short soak', postgresUrl, async () => {
  for (const store of ['redis', 'postgres'] as const) {
    const url = store === 'redis' ? redisUrl : postgresUrl
    await describeWithServer(`with the ${store} store`, url, () => {
      it('loses no event and lets none take effect twice while servers are killed', {
        timeout: 120_000,
      }, async () => {
        const report = await runSoak({
          store,
          deliveries: 1500,
          orders: 300,
          seconds: 60,
          killEveryMs: 1500,
          redisUrl,
          postgresUrl,
        })
        process.stdout.write(`\n${formatReport(report)}`)
        expect(report.broken).toEqual([])
        expect(report.kills).toBeGreaterThan(0)
        expect(report.sent.events).toBe(1500)
      })
    })
  }
})
