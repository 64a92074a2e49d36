import { execFile } from 'node:child_process'
import { tmpdir } from 'node:os'
import { promisify } from 'node:util'
import { runInNewContext } from 'node:vm'
import { koywePayments } from '@x/koywe-express'
import { environment } from '@x/koywe-testkit/environment'
import { listen } from '@x/koywe-testkit/listen'
import { sign } from '@x/koywe-testkit/sign'
import express from 'express'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { commandFor } from '../../page/copy-command.js'
import { testFor } from '../../page/copy-test.js'
import { program } from '../koywe.js'
import { frameworks, type Served, secret } from '../servers.js'
import { delivery } from './entries.js'

const run = promisify(execFile)
const plain = {
  eventName: 'crypto_delivered',
  orderId: 'o-1',
  timeStamp: '2026-01-31T12:00:00.000Z',
}

/** A delivery with these fields, as it was received. */
function received(fields: object, rest: Parameters<typeof delivery>[0] = {}) {
  return delivery({ body: { text: sign(fields, secret) }, ...rest })
}

const paid = {
  id: 'evt_1',
  type: 'order.paid',
  data: { status: 'PAID', external_id: 'A-7' },
  relationships: { self: { type: 'order', id: 'ord_1' } },
}

function ofPayments(event: object) {
  const path = '/webhooks/koywe-payments'
  return delivery({ api: 'payments', path, body: { text: JSON.stringify(event) } })
}

const hostile = {
  'a name with spaces': { ...plain, eventName: 'crypto delivered' },
  'a name of the options': { ...plain, eventName: '--help', orderId: '-x' },
  'quotes, dollars and backticks': { ...plain, note: `it's "$HOME" \`id\` $(id) \\ ! ;` },
  'what a terminal acts on': {
    ...plain,
    eventName: 'x\u0003\nrm -rf ~\n',
    orderId: 'a\u001b[2Jb',
    note: 'line\r\nline\u009b\u202e\u007f',
  },
  'other types': { ...plain, amount: 12.5, paid: true, none: null, list: [1, 'a', { b: [] }] },
  'an external id': { ...plain, externalId: 'A-1' },
  'no external id': { ...plain, externalId: null },
  'names beyond ASCII': { ...plain, 'año y día': 'señal 🙂' },
}

describe('copy as command', () => {
  let server: Served
  beforeAll(async () => {
    server = await frameworks.Express()
  })
  afterAll(() => server.close())

  it.each(Object.entries(hostile))('sends the same event again: %s', async (_, fields) => {
    const command = commandFor(received(fields), server.origin) ?? ''
    expect(command).not.toMatch(/[\p{Cc}\p{Cf}]/u)
    const script = `koywe() { '${process.execPath}' '${program}' "$@"; }; ${command}`
    const env = { ...environment(), KOYWE_WEBHOOK_SECRET: secret }
    await run('bash', ['-c', script], { cwd: tmpdir(), env })
    expect(server.handled.at(-1)).toEqual(expect.objectContaining({ ...fields }))
  })

  it('names the address only where it is not the usual one', () => {
    expect(commandFor(received(plain), 'http://127.0.0.1:3000')).toBe(
      'koywe send crypto_delivered --order o-1 --at 2026-01-31T12:00:00.000Z',
    )
    expect(commandFor(received(plain, { path: '/hooks' }), 'http://127.0.0.1:8080')).toBe(
      'koywe send crypto_delivered --order o-1 --at 2026-01-31T12:00:00.000Z --url http://127.0.0.1:8080/hooks',
    )
  })

  it('makes the same mistake with the signature', () => {
    const refused = (code: string) => received(plain, { status: 401, code })
    expect(commandFor(refused('missing_signature'), undefined)).toMatch(/ --unsigned$/)
    expect(commandFor(refused('invalid_signature'), undefined)).toMatch(/ --tamper$/)
  })

  it.each(['a=b', 'a:', '', 'a\nb'])('is not offered for the key %j', (key) => {
    expect(commandFor(received({ ...plain, [key]: 1 }), undefined)).toBeUndefined()
  })

  it('sends the same event of the Payments API again', async () => {
    const heard: unknown[] = []
    const payments = koywePayments(secret, { logger: false })
    payments.onAny((event) => void heard.push({ ...event }))
    const own = await listen(express().use(payments))
    onTestFinished(() => own.close())
    const event = { ...paid, note: `it's "$HOME"`, list: [1, { b: null }] }
    const command = commandFor(ofPayments(event), `http://127.0.0.1:${own.port}`) ?? ''
    const script = `koywe() { '${process.execPath}' '${program}' "$@"; }; ${command}`
    const env = { ...environment(), KOYWE_PAYMENTS_SECRET: secret }
    await run('bash', ['-c', script], { cwd: tmpdir(), env })
    expect(heard).toEqual([event])
  })

  it.each(['id', 'data', 'relationships'])(
    'is not offered for a webhook of the Payments API without %s',
    (key) => {
      expect(commandFor(ofPayments({ ...paid, [key]: undefined }), undefined)).toBeUndefined()
    },
  )

  it.each(['', 'not JSON', '[]', 'null', '"a"'])('is not offered for the body %j', (text) => {
    const entry = delivery({ body: { text } })
    expect([commandFor(entry, undefined), testFor(entry)]).toEqual([undefined, undefined])
  })
})

/** What the copied lines hand to `deliver`. */
async function calledWith(code: string): Promise<unknown[]> {
  const calls: unknown[][] = []
  const deliver = (...values: unknown[]) => calls.push(values)
  await runInNewContext(`(async () => { ${code} })()`, { deliver, app: 'app', secret: 'secret' })
  expect(calls).toHaveLength(1)
  // Objects of another realm are equal only as JSON.
  return JSON.parse(JSON.stringify(calls[0]))
}

describe('copy as test', () => {
  it('delivers the same event of the Payments API', async () => {
    expect(await calledWith(testFor(ofPayments(paid)) ?? '')).toEqual([
      'app',
      paid,
      { secret: 'secret' },
    ])
  })

  it.each(Object.entries(hostile))('delivers the same event: %s', async (_, fields) => {
    const code = testFor(received(fields)) ?? ''
    expect(code.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}]/u)
    expect(await calledWith(code)).toEqual(['app', fields, { secret: 'secret' }])
  })

  it('keeps a field that is called __proto__', async () => {
    const body = { text: '{"eventName":"x","__proto__":{"a":1}}' }
    const code = testFor(delivery({ body })) ?? ''
    const [, event] = await calledWith(
      `${code.replace('app, {', 'app, Object.entries({').replace('}, { s', '}), { s')}`,
    )
    expect(event).toEqual([
      ['eventName', 'x'],
      ['__proto__', { a: 1 }],
    ])
  })

  it('reads as a person would write it', () => {
    const entry = received({ ...plain, 'a-b': ['c'] }, { path: '/in', code: 'missing_signature' })
    expect(testFor(entry)).toBe(
      `await deliver(app, {
  eventName: 'crypto_delivered',
  orderId: 'o-1',
  timeStamp: '2026-01-31T12:00:00.000Z',
  'a-b': [
    'c',
  ],
}, { secret, as: 'unsigned', path: '/in' })`,
    )
  })
})
