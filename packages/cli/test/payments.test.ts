import { createHmac } from 'node:crypto'
import * as express from '@x/koywe-express'
import { listen } from '@x/koywe-testkit/listen'
import createExpress from 'express'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { jsonLines, koywe } from './koywe.js'

const secret = 'the secret of the test'
const env = { KOYWE_PAYMENTS_SECRET: secret, KOYWE_WEBHOOK_SECRET: secret }

let origin: string
let close: () => Promise<void>
const heard: { readonly type: string; readonly [field: string]: unknown }[] = []

/** Both receivers in one application, one behind a parser that keeps no bytes, and a server that takes everything. */
beforeAll(async () => {
  const payments = express.koywePayments(secret, { logger: false })
  payments.onAny((event) => void heard.push({ ...event }))
  const app = createExpress()
  app.use(payments, express.koyweWebhooks(secret, { logger: false }))
  app.use('/parsed', createExpress.json())
  app.post('/parsed', express.koywePayments(secret, { logger: false }))
  app.post('/yes', (_request, response) => void response.json({ received: true }))
  const server = await listen(app)
  origin = `http://127.0.0.1:${server.port}`
  close = server.close
})
afterAll(() => close())

function hmacOf(body: string): string {
  return createHmac('sha256', secret).update(body).digest('hex')
}

describe('send --payments', () => {
  it('sends an event that the receiver accepts, with the order and the id that were asked for', async () => {
    const args = ['--order', 'ord_9', '--external-id', 'A-9', '--field', 'note=ñ', '--url', origin]
    const { code, stdout, stderr } = await koywe(['send', '--payments', 'order.paid', ...args], {
      env,
    })
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toContain('order.paid of order ord_9')
    expect(heard.at(-1)).toMatchObject({
      type: 'order.paid',
      data: { status: 'PAID', external_id: 'A-9' },
      relationships: { self: { type: 'order', id: 'ord_9' } },
      note: 'ñ',
    })
  })

  it.each(['--tamper', '--unsigned', '--wrong-secret'])('%s must be refused', async (forgery) => {
    const before = heard.length
    const args = ['send', '--payments', 'order.paid', forgery, '--json', '--url', origin]
    const { code, stdout } = await koywe(args, { env })
    expect(code).toBe(0)
    expect(jsonLines(stdout)).toMatchObject([{ status: 401, right: true }])
    expect(heard).toHaveLength(before)
  })

  it('with another secret than the server has names the variable of the Payments API', async () => {
    const other = { ...env, KOYWE_PAYMENTS_SECRET: 'another' }
    const ended = await koywe(['send', '--payments', 'order.paid', '--url', origin], { env: other })
    expect(ended.code).toBe(1)
    expect(ended.stdout).toContain('is KOYWE_PAYMENTS_SECRET the same here and there?')
  })

  it('says so when the other API receives at the URL', async () => {
    const url = `${origin}/webhooks/koywe`
    const wrong = await koywe(['send', '--payments', 'order.paid', '--url', url], { env })
    expect(wrong.code).toBe(1)
    expect(wrong.stdout).toContain('Receive it with koywePayments')
    const other = ['send', 'crypto_delivered', '--url', `${origin}/webhooks/koywe-payments`]
    expect((await koywe(other, { env })).stdout).toContain('Receive it with koyweWebhooks')
  })

  it('knows a name of the other API', async () => {
    const ramp = await koywe(['send', '--payments', 'crypto_delivered', '--url', origin], { env })
    expect(ramp.stderr).toContain('leave out --payments')
    const payments = await koywe(['send', 'order.paid', '--url', origin], { env })
    expect(payments.stderr).toContain('add --payments')
  })

  it('needs the secret of the Payments API', async () => {
    const { code, stderr } = await koywe(['send', '--payments', 'order.paid', '--url', origin], {
      env: { KOYWE_WEBHOOK_SECRET: secret },
    })
    expect(code).toBe(2)
    expect(stderr).toContain('Set KOYWE_PAYMENTS_SECRET')
  })
})

describe('events --payments', () => {
  const types = [
    ...['created', 'approved', 'pending', 'processing', 'paid', 'completed', 'failed', 'expired'],
    ...['canceled', 'cancelled', 'refunded'],
  ].map((what) => `order.${what}`)
  const documented = [...types, 'contact.created', 'contact.updated', 'contact.deleted']

  it('lists the documented types, and without it those of the ramp API', async () => {
    const { code, stdout } = await koywe(['events', '--payments'])
    expect(code).toBe(0)
    expect(stdout.trimEnd().split('\n')).toEqual(['type', ...documented])
    const json = await koywe(['events', '--payments', '--json'])
    expect(jsonLines(json.stdout)).toEqual(documented.map((type) => ({ version: 1, type })))
    expect((await koywe(['events'])).stdout).not.toContain('order.paid')
  })

  it('send --payments completes them', async () => {
    const completed = async (...words: string[]) => {
      const { stdout } = await koywe(['complete', '--', ...words])
      return stdout.split('\n').map((line) => line.split('\t')[0])
    }
    expect(await completed('send', '--payments', 'order.pa')).toContain('order.paid')
    expect(await completed('send', 'order.pa')).not.toContain('order.paid')
  })
})

describe('replay', () => {
  const bytes = (id: string) => `{ "type": "order.paid",\n  "id": "${id}", "note": "\\u00f1" }`
  const entry = (id: string, signature: string) => ({
    ...{ kind: 'delivery', version: 1, number: 1, receivedAt: '2026-01-31T12:00:00.000Z' },
    ...{ method: 'POST', path: '/elsewhere', origin: 'received', api: 'payments' },
    ...{ eventName: 'order.paid', deliveryId: id, verified: true, duplicate: false, errors: [] },
    body: { text: bytes(id) },
    headers: { 'content-type': 'application/json', 'koywe-signature': signature },
  })
  const rampEntry = () => {
    const fields = { eventName: 'crypto_delivered', orderId: 'o-1', timeStamp: '2026-01-31' }
    const text = JSON.stringify({ ...fields, signature: hmacOf(JSON.stringify(fields)) })
    return { ...entry('', ''), number: 2, api: 'ramp', eventName: fields.eventName, body: { text } }
  }
  const replay = (entries: readonly object[], ...args: string[]) =>
    koywe(['replay', '--json', '--url', origin, ...args], {
      env,
      stdin: entries.map((one) => JSON.stringify(one)).join('\n'),
    })

  it('sends the bytes with their own signature to the receiver of their API', async () => {
    const kept = entry('evt_kept', hmacOf(bytes('evt_kept')))
    const { code, stdout } = await replay([kept, rampEntry()])
    expect(jsonLines(stdout)).toMatchObject([
      { url: `${origin}/webhooks/koywe-payments`, status: 200, duplicate: false, right: true },
      { url: `${origin}/webhooks/koywe`, status: 200, right: true },
    ])
    expect(code).toBe(0)
    expect(heard.at(-1)).toMatchObject({ id: 'evt_kept', note: 'ñ' })
    expect(jsonLines((await replay([kept])).stdout)).toMatchObject([{ duplicate: true }])
  })

  it('signs the same bytes again with the present secret, and never both APIs with one', async () => {
    const old = entry('evt_old', '0'.repeat(64))
    expect((await replay([old])).code).toBe(1)
    expect(await replay([old], '--sign-again')).toMatchObject({ code: 0 })
    expect(heard.at(-1)).toMatchObject({ id: 'evt_old', note: 'ñ' })
    const both = await replay([old, rampEntry()], '--sign-again', '--secret', secret)
    expect(both.code).toBe(2)
    expect(both.stderr).toContain('of both APIs')
  })

  it('tells of a duplicate how its event is forgotten', async () => {
    const kept = entry('evt_again', hmacOf(bytes('evt_again')))
    const options = { env, stdin: JSON.stringify(kept) }
    const again = () => koywe(['replay', '--url', origin], options)
    expect((await again()).stdout).not.toContain('forget')
    expect((await again()).stdout).toContain("store.forget('payments:evt_again')")
  })
})

describe('sign and verify', () => {
  const body = '{ "type": "order.paid" }\n'
  // printf '{ "type": "order.paid" }\n' | openssl dgst -sha256 -hmac 'the secret of the test'
  const signature = '5b99d51a0a9c23a36d36153aa8240b376c28bbd652fea6ccd89fb7d954927fc7'

  it('sign --payments prints what openssl makes of the bytes', async () => {
    const { stdout } = await koywe(['sign', '--payments'], { env, stdin: body })
    expect(stdout).toBe(`${signature}\n`)
  })

  it('verify --signature checks the bytes', async () => {
    const args = ['verify', '--signature', signature]
    expect(await koywe(args, { env, stdin: body })).toMatchObject({
      code: 0,
      stdout: 'valid: order.paid\n',
    })
    const trimmed = await koywe(args, { env, stdin: body.trim() })
    expect(trimmed.code).toBe(1)
    expect(trimmed.stdout).toContain('invalid_signature')
  })
})

describe('doctor --payments', () => {
  const findings = async (path: string, ...more: string[]) => {
    const { code, stdout } = await koywe(['doctor', '--json', `${origin}${path}`, ...more], { env })
    const { checks = [] } = JSON.parse(stdout) as { checks?: { status: string; cause?: string }[] }
    return { code, causes: [...new Set(checks.flatMap(({ cause }) => cause ?? []))] }
  }

  it('finds nothing wrong with the receiver', async () => {
    expect(await findings('', '--payments')).toEqual({ code: 0, causes: [] })
  })

  it('names a parser that keeps no bytes, the other API, a wrong path and a server that believes anybody', async () => {
    expect((await findings('/parsed', '--payments')).causes).toEqual(['parser_eats'])
    expect((await findings('/webhooks/koywe', '--payments')).causes).toEqual(['other_api'])
    expect((await findings('/webhooks/koywe-payments')).causes).toEqual(['other_api'])
    expect((await findings('/nowhere', '--payments')).causes).toEqual(['wrong_path'])
    expect((await findings('/yes', '--payments')).causes).toContain('accepts_forgeries')
  })
})
