import { createHmac, randomUUID } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { koywePayments } from '@x/koywe-express'
import { describeWithServer } from '@x/koywe-testkit/describe-with-server'
import { engines } from '@x/koywe-testkit/engines'
import { listen } from '@x/koywe-testkit/listen'
import { sign } from '@x/koywe-testkit/sign'
import express from 'express'
import pg from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { jsonLines, koywe } from './koywe.js'
import { frameworks, type Served, secret } from './servers.js'

const env = { KOYWE_WEBHOOK_SECRET: secret }
const bodyOf = (orderId: string, by = secret) =>
  String(sign({ eventName: 'crypto_delivered', orderId, timeStamp: '2026-01-31T12:00:00Z' }, by))

let server: Served
let folder: string

beforeAll(async () => {
  server = await frameworks.Express()
  folder = await mkdtemp(join(tmpdir(), 'koywe-replay-'))
})
beforeEach(() => void server.handled.splice(0))
afterAll(async () => {
  await server.close()
  await rm(folder, { recursive: true })
})

const replay = (args: readonly string[], stdin?: string) =>
  koywe(['replay', '--url', server.origin, '--json', ...args], {
    env,
    ...(stdin !== undefined && { stdin }),
  })

const entry = (number: number, orderId: string, more: object = {}) =>
  JSON.stringify({
    kind: 'delivery',
    version: 1,
    number,
    receivedAt: `2026-01-31T12:00:0${number}.000Z`,
    method: 'POST',
    path: '/webhooks/koywe',
    origin: 'received',
    api: 'ramp',
    eventName: 'crypto_delivered',
    orderId,
    deliveryId: `id-${orderId}`,
    verified: true,
    duplicate: false,
    body: { text: bodyOf(orderId) },
    errors: [],
    ...more,
  })

describe('replay of what koywe inspect has saved', () => {
  it('sends the same bytes, and says of a duplicate how to have it handled again', async () => {
    const order = randomUUID()
    const file = join(folder, 'saved.ndjson')
    await writeFile(
      file,
      [
        entry(1, order, { body: undefined }),
        entry(1, order),
        entry(2, 'forged', { verified: false }),
        '{"kind":"application","version":1}',
      ].join('\n'),
    )
    const first = await replay([file])
    expect(first).toMatchObject({ code: 0, stderr: '' })
    expect(jsonLines(first.stdout)).toMatchObject([
      { version: 1, orderId: order, status: 200, duplicate: false, right: true, sent: true },
    ])
    expect(server.handled).toMatchObject([{ orderId: order }])
    const second = await koywe(['replay', '--url', server.origin, file], { env })
    expect(second).toMatchObject({ code: 0, stderr: '' })
    expect(second.stdout).toContain(`store.forget('id-${order}')`)
    expect(server.handled).toHaveLength(1)
  })

  it('sends those that were chosen, and with --dry-run none', async () => {
    const orders = [randomUUID(), randomUUID(), randomUUID()]
    const lines = orders.map((order, index) => entry(index + 1, order)).join('\n')
    const dry = await replay(['--since', '2026-01-31T12:00:02Z', '--dry-run'], lines)
    expect(jsonLines(dry.stdout)).toMatchObject([
      { orderId: orders[1], sent: false },
      { orderId: orders[2], sent: false },
    ])
    expect(server.handled).toEqual([])
    const one = await replay(['--delivery', `id-${orders[2]}`, '-'], lines)
    expect(jsonLines(one.stdout)).toMatchObject([{ orderId: orders[2], sent: true }])
    expect(server.handled).toMatchObject([{ orderId: orders[2] }])
  })

  it('sends what several runs have saved, each of which counts from 1', async () => {
    const orders = [randomUUID(), randomUUID()]
    const runs = orders.map((order, run) =>
      entry(1, order, { receivedAt: `2026-01-31T1${run}:00:00.000Z` }),
    )
    expect((await replay([], runs.join('\n'))).code).toBe(0)
    expect(server.handled).toMatchObject(orders.map((orderId) => ({ orderId })))
  })

  it('what another secret has signed is refused with 1, and accepted with --sign-again', async () => {
    const order = randomUUID()
    const line = entry(1, order, { body: { text: bodyOf(order, 'an old secret') } })
    const refused = await replay([], line)
    expect(refused.code).toBe(1)
    expect(jsonLines(refused.stdout)).toMatchObject([{ status: 401, code: 'invalid_signature' }])
    expect(await replay(['--sign-again'], line)).toMatchObject({ code: 0, stderr: '' })
    expect(server.handled).toMatchObject([{ orderId: order }])
  })

  it.each([
    ['a line that is no JSON', [], 'nonsense', 'line 1 is not a saved request'],
    ['nothing that fits', ['--order', 'none'], entry(1, 'o'), 'no such delivery'],
    ['no time', ['--since', 'soon'], entry(1, 'o'), 'is not a time'],
    ['another host', ['--url', 'https://example.com'], entry(1, 'o'), '--i-own-this-server'],
  ])('%s ends with 2', async (_what, args, stdin, sentence) => {
    const ended = await replay(args, stdin)
    expect(ended.code).toBe(2)
    expect(ended.stderr).toContain(sentence)
    expect(server.handled).toEqual([])
  })
})

describeWithServer('PostgreSQL', engines.postgres, (postgresUrl) => {
  const table = `koywe_history_${randomUUID().replaceAll('-', '')}`
  const pool = new pg.Pool({ connectionString: postgresUrl })
  const [order, other] = [randomUUID(), randomUUID()]

  beforeAll(async () => {
    await pool.query(
      `create table ${table} (received_at timestamptz, event_name text, order_id text, delivery_id text, body text)`,
    )
    const rows = [
      ['2026-01-31T12:00:02Z', order, 'id-1', bodyOf(order)],
      ['2026-01-31T12:00:01Z', order, 'id-1', bodyOf(order)],
      ['2026-01-31T12:00:03Z', other, 'id-2', bodyOf(other)],
      ['2026-01-31T12:00:04Z', null, null, null],
    ]
    for (const row of rows)
      await pool.query(`insert into ${table} values ($1, 'crypto_delivered', $2, $3, $4)`, row)
  })
  afterAll(async () => {
    await pool.query(`drop table ${table}`)
    await pool.end()
  })
  const from = ['--from', postgresUrl, '--table', table]

  it('replay --from sends a delivery of a history table once, although it was retried', async () => {
    const ended = await replay([...from, '--order', order])
    expect(ended).toMatchObject({ code: 0, stderr: '' })
    expect(jsonLines(ended.stdout)).toMatchObject([
      { orderId: order, deliveryId: 'id-1', receivedAt: '2026-01-31T12:00:01.000Z', status: 200 },
    ])
    expect(server.handled).toMatchObject([{ orderId: order }])
    const since = await replay([...from, '--since', '2026-01-31T12:00:02Z', '--dry-run'])
    expect(jsonLines(since.stdout)).toMatchObject([{ deliveryId: 'id-1' }, { deliveryId: 'id-2' }])
  })

  it('replay --from sends a documented event of the Payments API to the receiver of that API', async () => {
    const row =
      "('2026-01-31T12:00:00Z', 'order.paid', 'ord_1', 'evt_1', '{\"type\":\"order.paid\"}')"
    await pool.query(`insert into ${table} values ${row}`)
    const ended = await replay([...from, '--delivery', 'evt_1', '--dry-run'])
    const url = `${server.origin}/webhooks/koywe-payments`
    expect(jsonLines(ended.stdout)).toMatchObject([{ deliveryId: 'evt_1', url, sent: false }])
  })

  it.each([
    ['its signature is kept', ", 'webhook.ping', 'evt_ping', '{}', 'a1b2')", 'evt_ping'],
    [
      'its body has a type',
      ", 'merchant.created', 'evt_new', '{\"type\":\"merchant.created\"}', null)",
      'evt_new',
    ],
  ])('replay --from knows another event of the Payments API: %s', async (_how, rest, id) => {
    const kept = `${table}_${id}`
    await pool.query(
      `create table ${kept} (received_at timestamptz, event_name text, delivery_id text, body text, signature text, order_id text)`,
    )
    try {
      await pool.query(`insert into ${kept} values ('2026-01-31T12:00:00Z'${rest}`)
      const args = ['--from', postgresUrl, '--table', kept, '--delivery', id, '--dry-run']
      const url = `${server.origin}/webhooks/koywe-payments`
      expect(jsonLines((await replay(args)).stdout)).toMatchObject([{ deliveryId: id, url }])
    } finally {
      await pool.query(`drop table ${kept}`)
    }
  })

  it('replay --from sends a row of the Payments API with the signature that was kept', async () => {
    const kept = `${table}_kept`
    await pool.query(`create table ${kept} (like ${table})`)
    await pool.query(`alter table ${kept} add column signature text`)
    try {
      const body = JSON.stringify({ id: 'evt_kept', type: 'order.paid' }, null, 1)
      const signature = createHmac('sha256', 'the secret of Payments').update(body).digest('hex')
      const row = ['2026-01-31T12:00:00Z', 'order.paid', null, 'evt_kept', body, signature]
      await pool.query(`insert into ${kept} values ($1, $2, $3, $4, $5, $6)`, row)
      const received: unknown[] = []
      const payments = koywePayments('the secret of Payments', { logger: false })
      payments.onAny((event) => void received.push(event.id))
      const ownServer = await listen(express().use(payments))
      try {
        const args = ['--from', postgresUrl, '--table', kept, '--delivery', 'evt_kept']
        const ended = await koywe([
          'replay',
          ...args,
          '--url',
          `http://127.0.0.1:${ownServer.port}`,
          '--json',
        ])
        expect(ended).toMatchObject({ code: 0, stderr: '' })
        expect(received).toEqual(['evt_kept'])
      } finally {
        await ownServer.close()
      }
    } finally {
      await pool.query(`drop table ${kept}`)
    }
  })

  it.each([
    [[], 'a whole history is never sent again'],
    [['--order', order, '--table', 'a; drop'], 'not the name of a table'],
    [['--order', order, '--table', 'no_such_table'], 'the history cannot be read'],
  ])('replay --from with %j ends with 2', async (args, sentence) => {
    const ended = await replay([...from, ...args])
    expect(ended.code).toBe(2)
    expect(ended.stderr).toContain(sentence)
  })
})
