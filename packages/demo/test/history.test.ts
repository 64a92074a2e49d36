import { join } from 'node:path'
import { deliver, koyweOrder } from '@x/koywe-core/testing'
import { describeWithServer } from '@x/koywe-testkit/describe-with-server'
import { engines } from '@x/koywe-testkit/engines'
import pg from 'pg'
import { expect, it } from 'vitest'
import { formatAnswer } from '../src/format-answer.js'
import { createDatabase } from '../src/queues.js'
import { startServer } from '../src/server.js'

const secret = 'the secret of the history'

describeWithServer('the observability example', engines.postgres, (engine) => {
  it('answers every delivery while its history cannot be written', {
    timeout: 60_000,
  }, async () => {
    const database = await createDatabase(engine)
    const settings = { PORT: '0', HOST: '127.0.0.1', KOYWE_WEBHOOK_SECRET: secret }
    const server = await startServer({
      command: ['node', '--import', 'tsx', 'src/server.ts'],
      folder: join(import.meta.dirname, '../../../examples/observability'),
      env: { ...process.env, ...settings, ...database.env },
    })
    const client = new pg.Client(database.env.DATABASE_URL)
    await client.connect()
    try {
      await client.query('begin; lock table koywe_history') // as `create index` on it does
      const answers = new Set<string>()
      for (let round = 0; round < 3; round++) {
        const events = Array.from({ length: 5 }, () => koyweOrder('on-ramp')).flat()
        const sent = events.map((event) => deliver(server.url, event, { secret }))
        for (const answer of await Promise.all(sent)) answers.add(formatAnswer(answer))
      }
      expect([...answers]).toEqual(['200 {"received":true}'])
      await client.query('rollback')
      expect(await server.stop(12_000)).toBe(true)
    } finally {
      await client.end()
      await server.kill()
      await database.remove()
    }
  })
})
