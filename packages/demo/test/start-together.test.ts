import { join } from 'node:path'
import { startInBackground } from '@x/koywe-testkit/background'
import { describeWithServer } from '@x/koywe-testkit/describe-with-server'
import { environment } from '@x/koywe-testkit/environment'
import pg from 'pg'
import { expect, it } from 'vitest'
import { queues } from '../src/queues.js'

const name = 'fastify-pg-boss'
const folder = join(import.meta.dirname, '../../../examples', name)
const queue = queues.find((each) => each.folder === name)

describeWithServer('the example with pg-boss', queue?.url, (engine) => {
  it('starts its servers and workers at the same time, when nothing is there yet', {
    timeout: 60_000,
  }, async () => {
    const sandbox = await queue?.createSandbox(engine)
    const env = { ...environment(), PORT: '0', ...sandbox?.env, KOYWE_WEBHOOK_SECRET: 'a secret' }
    const gate = new pg.Client(sandbox?.env.DATABASE_URL)
    await gate.connect()
    // All of them wait here, and go on together.
    await gate.query("begin; select pg_advisory_xact_lock(hashtext('koywe_example'))")
    const files = ['server', 'worker', 'server', 'worker', 'server', 'worker']
    const starting = files.map((file) =>
      startInBackground(
        { command: ['node', '--import', 'tsx', `src/${file}.ts`], folder, env },
        /^(listening|working)/,
      ),
    )
    const all = Promise.allSettled(starting)
    const waiting = async () =>
      (
        await gate.query(`select 1 from pg_locks join pg_database on oid = database
      where locktype = 'advisory' and not granted and datname = current_database()`)
      ).rowCount
    await expect.poll(waiting, { timeout: 40_000 }).toBe(files.length)
    await gate.query('commit')
    const started = await all
    await gate.end()
    await Promise.all(started.map((each) => each.status === 'fulfilled' && each.value.kill()))
    await sandbox?.remove()
    expect(started.flatMap((each) => (each.status === 'rejected' ? [each.reason] : []))).toEqual([])
  })
})
