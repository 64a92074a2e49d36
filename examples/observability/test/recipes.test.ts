import { createHmac, randomUUID } from 'node:crypto'
import { createKoywePayments, createKoyweWebhooks, type HttpHandler } from '@x/koywe-core'
import pg from 'pg'
import { register } from 'prom-client'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import '../src/metrics.js'
import { keepHistory } from '../src/history.js'
import { historyTable } from '../src/history-table.js'

/** These tests write to a schema of their own, so any database will do. */
const { DATABASE_URL } = process.env
const schema = `observability_${randomUUID().replaceAll('-', '')}`
const pool = new pg.Pool({ connectionString: DATABASE_URL, options: `-c search_path=${schema}` })
const report = vi.fn()
const webhooks = createKoyweWebhooks('a secret', { logger: false })

function bodyOf(orderId: string): string {
  const payload = { eventName: 'crypto_delivered', orderId, timeStamp: '2026-01-31T12:00:00Z' }
  const signature = createHmac('sha256', 'a secret').update(JSON.stringify(payload)).digest('hex')
  return JSON.stringify({ ...payload, signature })
}

const deliver = (text: string, receiver: HttpHandler = webhooks, headers = {}) =>
  receiver.handle({
    method: 'POST',
    url: '/webhooks/koywe',
    headers,
    rawHeaders: [],
    body: async () => ({ text }),
  })

describe.skipIf(DATABASE_URL === undefined)('with the database of DATABASE_URL', () => {
  beforeAll(async () => {
    await pool.query(`create schema ${schema}`)
    await pool.query(historyTable)
    keepHistory(pool, report)
  })
  afterAll(async () => {
    await vi.waitUntil(() => pool.idleCount === pool.totalCount, 20_000)
    await pool.query(`drop schema ${schema} cascade`)
    await pool.end()
  })

  it('the table is created once when several servers start together', async () => {
    const empty = `${schema}_empty`
    const options = `-c search_path=${empty}`
    const servers = new pg.Pool({ connectionString: DATABASE_URL, options, max: 8 })
    await pool.query(`create schema ${empty}`)
    const connect = () => servers.connect()
    const clients = await Promise.all(Array.from({ length: 8 }, connect))
    await Promise.all(clients.map((client) => client.query(historyTable)))
    for (const client of clients) client.release()
    await servers.end()
    await pool.query(`drop schema ${empty} cascade`)
  })

  it('the metrics count each outcome, and tell when a webhook was last accepted', async () => {
    const metric = async (line: RegExp) => Number((await register.metrics()).match(line)?.[1])
    const lastAccepted = () => metric(/^koywe_last_accepted_timestamp_seconds\{api="ramp"\} (.*)$/m)
    const start = await lastAccepted()
    expect(Math.abs(start - Date.now() / 1000)).toBeLessThan(60)
    await deliver('{}')
    expect(await lastAccepted()).toBe(start)
    expect(
      await metric(
        /^koywe_deliveries_total\{api="ramp",outcome="refused",code="missing_signature"\} (.*)$/m,
      ),
    ).toBe(1)
    const body = bodyOf('o-1')
    for (const text of [body, body]) await deliver(text)
    for (const outcome of ['accepted', 'duplicate']) {
      const line = `^koywe_deliveries_total\\{api="ramp",outcome="${outcome}",event="crypto_delivered"\\} (.*)$`
      expect(await metric(new RegExp(line, 'm'))).toBe(1)
    }
    expect(await lastAccepted()).toBeGreaterThan(start)
    expect(await metric(/^koywe_delivery_duration_seconds_count (.*)$/m)).toBe(3)
  })

  it('the history has a row for each delivery, with its body once that is verified', async () => {
    const body = bodyOf('o-2')
    await deliver(body)
    await deliver(body.replace('o-2', 'o-3'))
    const rows = async () => (await pool.query('select * from koywe_history order by id')).rows
    await vi.waitUntil(async () => (await rows()).length === 5, 20_000)
    const handled = (await rows()).find(({ order_id }) => order_id === 'o-2')
    const forged = (await rows()).find(({ code }) => code === 'invalid_signature')
    expect(handled).toMatchObject({
      order_id: 'o-2',
      status: 200,
      duplicate: false,
      code: null,
      body,
    })
    expect(forged).toMatchObject({
      order_id: null,
      status: 401,
      code: 'invalid_signature',
      body: null,
    })
    expect(forged.reason).toMatch(/signature/)
    expect(report).not.toHaveBeenCalled()
  })

  it('a database that hangs delays no answer, and no more than 100 rows wait for it', async () => {
    const hung = { query: () => new Promise(() => {}) }
    const dropped = vi.fn()
    keepHistory(hung as never, dropped)
    for (let index = 0; index < 103; index++) {
      expect((await deliver(bodyOf(`hung-${index}`))).status).toBe(200)
    }
    expect(dropped).toHaveBeenCalledTimes(3)
  })

  it('what strangers send unsigned takes no row of a genuine delivery', async () => {
    const hung = { query: () => new Promise(() => {}) }
    const dropped = vi.fn()
    keepHistory(hung as never, dropped)
    for (let index = 0; index < 50; index++) await deliver('{}')
    for (let index = 0; index < 90; index++) await deliver(bodyOf(`crowded-${index}`))
    expect(dropped).not.toHaveBeenCalled()
  })

  it('a database that is down is reported, and changes no answer', async () => {
    const down = new pg.Pool({ host: '127.0.0.1', port: 1 })
    const told = vi.fn()
    keepHistory(down, told)
    expect((await deliver(bodyOf('down'))).status).toBe(200)
    await vi.waitUntil(() => told.mock.calls.length === 1, 20_000)
    expect(told.mock.lastCall?.[0]).toContain('is not kept')
    await down.end()
  })

  it('the metrics count the documented types of the Payments API by name', async () => {
    const payments = createKoywePayments('a secret', { logger: false })
    for (const type of ['order.paid', 'webhook.ping']) {
      const text = JSON.stringify({ type, id: `evt_${type}` })
      const signature = createHmac('sha256', 'a secret').update(text).digest('hex')
      await deliver(text, payments, { 'koywe-signature': signature })
    }
    const lines = (await register.metrics()).split('\n').filter((line) => /"payments"/.test(line))
    expect(lines).toEqual([
      'koywe_deliveries_total{api="payments",outcome="accepted",event="order.paid"} 1',
      'koywe_deliveries_total{api="payments",outcome="accepted",event="_OTHER"} 1',
      expect.stringMatching(/^koywe_last_accepted_timestamp_seconds\{api="payments"\} [1-9]/),
    ])
  })

  it('the history keeps the header in which the Payments API signs', async () => {
    const payments = createKoywePayments('a secret', { logger: false })
    const text = JSON.stringify({ type: 'order.paid', id: 'evt_kept' })
    const signature = createHmac('sha256', 'a secret').update(text).digest('hex')
    await deliver(text, payments, { 'koywe-signature': signature })
    const kept = async () =>
      (await pool.query("select * from koywe_history where delivery_id = 'evt_kept'")).rows
    await vi.waitUntil(async () => (await kept()).length === 1, 20_000)
    expect(await kept()).toMatchObject([{ event_name: 'order.paid', body: text, signature }])
  })
})
