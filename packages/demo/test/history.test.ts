import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { deliver, koyweOrder } from '@x/koywe-core/testing'
import { describeWithServer } from '@x/koywe-testkit/describe-with-server'
import { engines } from '@x/koywe-testkit/engines'
import pg from 'pg'
import { expect, it } from 'vitest'
import { formatAnswer } from '../src/format-answer.js'
import { startServer } from '../src/server.js'

const secret = 'the secret of the history'

describeWithServer('the observability example', engines.postgres, (engine) => {
  it('answers every delivery while its history cannot be written', async () => {
    const name = `history_${randomUUID().replaceAll('-', '')}`
    const admin = new pg.Client(engine)
    await admin.connect()
    await admin.query(`create database ${name}`)
    const url = new URL(engine)
    url.pathname = name
    const env = { PORT: '0', HOST: '127.0.0.1', DATABASE_URL: url.href }
    const server = await startServer({
      command: ['node', '--import', 'tsx', 'src/server.ts'],
      folder: join(import.meta.dirname, '../../../examples/observability'),
      env: { ...process.env, ...env, KOYWE_WEBHOOK_SECRET: secret },
    })
    const locking = new pg.Client(url.href)
    await locking.connect()
    try {
      await locking.query('begin; lock table koywe_history') // as `create index` on it does
      const answers = new Set<string>()
      for (let round = 0; round < 3; round++) {
        const events = Array.from({ length: 5 }, () => koyweOrder('on-ramp')).flat()
        const sent = events.map((event) => deliver(server.url, event, { secret }))
        for (const answer of await Promise.all(sent)) answers.add(formatAnswer(answer))
      }
      expect([...answers]).toEqual(['200 {"received":true}'])
      await locking.query('rollback')
      expect(await server.stop(20_000)).toBe(true)
    } finally {
      await locking.end()
      await server.kill()
      await admin.query(`drop database ${name} with (force)`)
      await admin.end()
    }
  }, 90_000)
})
