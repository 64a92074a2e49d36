import { createHmac, randomUUID } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import type { Catalogue } from '../../src/inspect/entries.js'
import { koywe } from '../koywe.js'
import { applicationOf, numbersOf, probe, secret, startInspecting } from './inspecting.js'

const deliver = (origin: string, ...args: string[]) =>
  koywe(['send', 'payment_received', '--url', origin, ...args], {
    env: { KOYWE_WEBHOOK_SECRET: secret },
  })

describe.concurrent('the actions of the page', () => {
  it('replay the same bytes, as new and edited, to the path where the delivery came in', async () => {
    const inspecting = await startInspecting(['--', process.execPath, probe])
    const { act, delivery } = inspecting
    const origin = await applicationOf(inspecting)
    await deliver(`${origin}/webhooks/koywe?tenant=7`, '--order', 'o-1', '--field', 'note=ñ')
    const first = await delivery(1)
    expect(first).toMatchObject({
      ...{ origin: 'received', status: 200, verified: true, duplicate: false, orderId: 'o-1' },
      ...{ eventName: 'payment_received', path: '/webhooks/koywe', api: 'ramp', errors: [] },
    })

    expect(await act({ action: 'replay', number: 1, as: 'same' })).toEqual({ numbers: [2] })
    expect(await delivery(2)).toMatchObject({
      ...{ origin: 'replayed', replayOf: 1, duplicate: true, status: 200, body: first.body },
      deliveryId: first.deliveryId,
    })
    expect(await act({ action: 'replay', number: 1, as: 'new' })).toEqual({ numbers: [3] })
    const third = await delivery(3)
    expect(third).toMatchObject({ replayOf: 1, duplicate: false, verified: true, orderId: 'o-1' })
    expect(third.deliveryId).not.toBe(first.deliveryId)
    const text = '{"eventName":"<img src=x>","orderId":"o-2","timeStamp":"2026-01-01T00:00:00Z"}'
    const edit = { action: 'replay', number: 1, as: 'edited', text } as const
    expect(await act(edit)).toEqual({ numbers: [4] })
    expect(await delivery(4)).toMatchObject({ eventName: '<img src=x>', verified: true })
    expect(await act({ ...edit, text: '[]' })).toMatchObject({ error: { code: 'not_json' } })
    expect(await act({ ...edit, number: 77 })).toMatchObject({ error: { code: 'unknown_number' } })

    // The application cannot tell a replay from the first delivery.
    const seen = (await (await fetch(`${origin}/seen`)).json()) as string[][] // the probe's own
    const names = seen.map((raw) =>
      raw.filter((_text, index) => index % 2 === 0).map((name) => name.toLowerCase()),
    )
    expect(names.map((all) => [...all].sort())).toEqual(
      Array(4).fill(['connection', 'content-length', 'content-type', 'host']),
    )
  })

  it('replay a delivery of the Payments API beside the ramp API, where each came in', async () => {
    const env = { KOYWE_PAYMENTS_SECRET: 'the secret of Payments' }
    const options = { env, state: 'up' } as const
    const inspecting = await startInspecting(['--', process.execPath, probe], options)
    const { act, delivery, origin: page, token } = inspecting
    const headers = { authorization: `Bearer ${token}` }
    const response = await fetch(`${page}/api/catalogue`, { headers })
    const catalogue = (await response.json()) as Catalogue // the inspector's own
    expect(catalogue.events).toContainEqual({ name: 'order.paid', api: 'payments' })
    expect(catalogue.events).toContainEqual({ name: 'crypto_delivered', api: 'ramp' })

    // Before any delivery has come in, each goes to its default path.
    const sent = { action: 'send', eventName: 'order.paid', orderId: 'ord_1' } as const
    expect(await act(sent)).toEqual({ numbers: [1] })
    expect(await delivery(1)).toMatchObject({
      ...{ api: 'payments', path: '/webhooks/koywe-payments', status: 200, verified: true },
      ...{ origin: 'sent', eventName: 'order.paid', orderId: 'ord_1' },
    })
    await act({ action: 'send', eventName: 'crypto_delivered' })
    expect(await delivery(2)).toMatchObject({ api: 'ramp', path: '/webhooks/koywe', status: 200 })

    const url = `${await applicationOf(inspecting)}/elsewhere/payments`
    const body = `{ "type": "order.paid",\n  "id": "evt_${randomUUID()}", "note": "\\u00f1" }`
    const signature = createHmac('sha256', env.KOYWE_PAYMENTS_SECRET).update(body).digest('hex')
    const own = { 'content-type': 'application/json', 'koywe-signature': signature }
    expect((await fetch(url, { method: 'POST', headers: own, body })).status).toBe(200)
    const received = await delivery(3)
    expect(received).toMatchObject({ origin: 'received', body: { text: body }, duplicate: false })

    expect(await act({ action: 'replay', number: 3, as: 'same' })).toEqual({ numbers: [4] })
    expect(await delivery(4)).toMatchObject({
      ...{ origin: 'replayed', replayOf: 3, duplicate: true, verified: true, status: 200 },
      ...{ path: '/elsewhere/payments', body: { text: body }, deliveryId: received.deliveryId },
      headers: { 'koywe-signature': signature },
    })
    expect(await act({ action: 'replay', number: 3, as: 'new' })).toEqual({ numbers: [5] })
    const fifth = await delivery(5)
    expect(fifth).toMatchObject({ replayOf: 3, duplicate: false, verified: true, status: 200 })
    expect(fifth.deliveryId).toMatch(/^evt_/)
    expect(fifth.deliveryId).not.toBe(received.deliveryId)
    const text = '{\n  "type": "order.failed"\n}'
    const edit = { action: 'replay', number: 3, as: 'edited', text } as const
    expect(await act(edit)).toEqual({ numbers: [6] })
    expect(await delivery(6)).toMatchObject({
      ...{ eventName: 'order.failed', body: { text }, verified: true, duplicate: false },
    })
    expect(await act({ ...edit, text: '[]' })).toMatchObject({ error: { code: 'not_json' } })
    await act(sent)
    expect(await delivery(7)).toMatchObject({ path: '/elsewhere/payments', status: 200 })
    const bad = { action: 'bad', api: 'payments', name: 'no Koywe-Signature' } as const
    expect(await act(bad)).toEqual({ numbers: [8] })
    expect(await delivery(8)).toMatchObject({
      ...{ api: 'payments', status: 401, code: 'missing_signature', verified: false },
    })
    expect(await act({ ...bad, name: 'none' })).toMatchObject({
      error: { code: 'unknown_delivery' },
    })
    await act({ action: 'send', eventName: 'crypto_delivered' })
    expect(await delivery(9)).toMatchObject({ api: 'ramp', path: '/webhooks/koywe', status: 200 })
  })

  it('says of a question and of an event of the Payments API what is to be done about each', async () => {
    const paymentsSecret = 'the secret of the Payments API'
    const env = { KOYWE_PAYMENTS_SECRET: paymentsSecret }
    const args = ['--', process.execPath, probe]
    const inspecting = await startInspecting(args, { env, state: 'up' })
    const { until, entries } = inspecting
    const origin = await applicationOf(inspecting)
    const post = (path: string, body: string, headers: object) =>
      fetch(origin + path, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body,
      })
    await post('/koywe/auth', '{"mail":"x"}', { authorization: 'Bearer callback-token' })
    const question = await until('a question', () => {
      const entry = entries.get(1)
      return entry?.status !== undefined && entry
    })
    expect(question).toMatchObject({ kind: 'question', code: 'invalid_payload' })
    expect(question.cure).toContain('option `field`')
    const signed = (body: string) => ({
      'koywe-signature': createHmac('sha256', paymentsSecret).update(body).digest('hex'),
    })
    const nameless = '{"id":"evt_1"}'
    await post('/webhooks/koywe-payments', nameless, signed(nameless))
    const refused = await inspecting.delivery(2)
    expect(refused).toMatchObject({ api: 'payments', code: 'invalid_payload' })
    expect(refused.cure).toContain('`type`')
    const ofSomethingElse = '{"type":"x.y","relationships":{"self":{"type":"merchant","id":"m"}}}'
    await post('/webhooks/koywe-payments', ofSomethingElse, signed(ofSomethingElse))
    expect(await inspecting.delivery(3)).not.toHaveProperty('orderId')
  })

  it('names the variable of the API whose secret is missing', async () => {
    const onlyRamp = await startInspecting(['--', process.execPath, probe])
    expect(await onlyRamp.act({ action: 'send', eventName: 'order.paid' })).toMatchObject({
      error: { code: 'no_secret', message: expect.stringContaining('KOYWE_PAYMENTS_SECRET') },
    })
    const env = { KOYWE_WEBHOOK_SECRET: '', KOYWE_PAYMENTS_SECRET: secret }
    const start = `process.env.KOYWE_WEBHOOK_SECRET = 'other'; import(${JSON.stringify(probe)})`
    const inspected = ['--', process.execPath, '-e', start]
    const { act, states } = await startInspecting(inspected, { env, state: 'up' })
    expect(states.at(-1)?.canSign).toEqual({ ramp: false, payments: true })
    expect(await act({ action: 'send', eventName: 'crypto_delivered' })).toMatchObject({
      error: { code: 'no_secret', message: expect.stringContaining('KOYWE_WEBHOOK_SECRET') },
    })
    expect(await act({ action: 'send', eventName: 'order.paid' })).toEqual({ numbers: [1] })
  })

  it('send an event, a life and a bad delivery, and show what something in front has answered', async () => {
    const inspecting = await startInspecting(['--', process.execPath, probe])
    const { act, delivery } = inspecting
    const origin = await applicationOf(inspecting)
    await act({ action: 'send', eventName: 'crypto_delivered', orderId: 'fails' })
    expect(await delivery(1)).toMatchObject({
      ...{ origin: 'sent', status: 500, code: 'handler_failed', reason: expect.any(String) },
      errors: [{ name: 'RangeError', message: 'the listener fails', stack: expect.any(String) }],
    })
    const life = numbersOf(await act({ action: 'life', life: 'expired' }))
    expect(life).toEqual([2, 3])
    const [created, expired] = [await delivery(2), await delivery(3)]
    expect([created.eventName, expired.eventName]).toEqual(['payment_created', 'payment_expired'])
    expect(created.orderId).toBe(expired.orderId)
    const bad = { action: 'bad', api: 'ramp', name: 'invalid UTF-8' } as const
    expect(await act(bad)).toEqual({ numbers: [4] })
    expect(await delivery(4)).toMatchObject({
      ...{
        status: 401,
        code: 'invalid_signature',
        verified: false,
        body: { base64: expect.any(String) },
      },
      ...{ reason: expect.any(String), cure: expect.any(String) },
    })
    await act({ action: 'replay', number: 4, as: 'same' })
    expect((await delivery(5)).body).toEqual((await delivery(4)).body)
    await fetch(`${origin}/koywe/auth`, { method: 'POST' })
    expect(await act({ action: 'life', life: 'none' })).toMatchObject({ error: {} })
  })

  it('a listener that fails after the answer is added to its delivery', async () => {
    const inspecting = await startInspecting(['--', process.execPath, probe])
    const { act, until, entries } = inspecting
    await act({ action: 'send', eventName: 'crypto_delivered', orderId: 'late' })
    await until('a late error', () => {
      const entry = entries.get(1)
      return entry?.kind === 'delivery' && entry.code === 'timeout' && entry.errors.length === 1
    })
  })

  it('without a secret, only the same bytes are sent again', async () => {
    const env = { KOYWE_WEBHOOK_SECRET: '' }
    const start = [
      process.execPath,
      '-e',
      `process.env.KOYWE_WEBHOOK_SECRET = ${JSON.stringify(secret)}; import(${JSON.stringify(probe)})`,
    ]
    const inspecting = await startInspecting(['--', ...start], { env, state: 'up' })
    const { act, delivery, states } = inspecting
    expect(states.at(-1)?.canSign).toEqual({ ramp: false, payments: false })
    await deliver(await applicationOf(inspecting))
    await delivery(1)
    expect(await act({ action: 'replay', number: 1, as: 'same' })).toEqual({ numbers: [2] })
    for (const action of [
      { action: 'replay', number: 1, as: 'new' },
      { action: 'send', eventName: 'payment_created' },
      { action: 'bad', api: 'ramp', name: 'a field changed' },
    ] as const) {
      expect(await act(action)).toMatchObject({ error: { code: 'no_secret' } })
    }
  })

  it('replays among concurrent deliveries of the same bytes are told from them', async () => {
    const inspecting = await startInspecting(['--', process.execPath, probe], {
      env: { PROBE_DELAY: '20' },
      state: 'up',
    })
    const { act, delivery, until, entries } = inspecting
    const origin = await applicationOf(inspecting)
    await deliver(origin, '--order', 'o-1')
    const { body } = await delivery(1)
    const text = body && 'text' in body ? body.text : ''
    const post = () =>
      fetch(`${origin}/webhooks/koywe`, {
        method: 'POST',
        body: text,
        headers: { 'content-type': 'application/json' },
      })
    const results = await Promise.all(
      Array.from({ length: 40 }, async (_one, index) => {
        if (index % 2 === 0) return void (await post())
        return numbersOf(await act({ action: 'replay', number: 1, as: 'same' }))[0]
      }),
    )
    const replayed = results.filter((number) => number !== undefined)
    expect(new Set(replayed).size).toBe(20)
    await until('41 deliveries', () => entries.size === 41)
    const marked = [...entries.values()].filter(({ replayOf }) => replayOf === 1)
    expect(marked.map(({ number }) => number).sort()).toEqual([...replayed].sort())
    const received = [...entries.values()].filter((entry) => entry.origin === 'received')
    expect(received).toHaveLength(21)
  })

  it('5,000 deliveries in a burst: the server keeps answering, and the last 500 are kept', async () => {
    const inspecting = await startInspecting(['--', process.execPath, probe])
    const origin = await applicationOf(inspecting)
    const storm = koywe(
      [
        'storm',
        origin,
        '--rate',
        '100000',
        '--orders',
        '1250',
        '--copies',
        '0',
        '--forged',
        '0',
        '--json',
      ],
      { env: { KOYWE_WEBHOOK_SECRET: secret } },
    )
    let isOver = false
    void storm.finally(() => {
      isOver = true
    })
    let slowestMs = 0
    const headers = { authorization: `Bearer ${inspecting.token}` }
    while (!isOver) {
      const start = performance.now()
      expect((await fetch(`${inspecting.origin}/api/catalogue`, { headers })).status).toBe(200)
      slowestMs = Math.max(slowestMs, performance.now() - start)
    }
    await storm
    const last = await inspecting.until('the last', () => {
      const numbers = [...inspecting.entries.keys()]
      const most = Math.max(...numbers)
      return (
        most > 3000 &&
        [...inspecting.entries.values()].every(
          (entry) => entry.number <= most - 500 || entry.status,
        ) &&
        most
      )
    })
    const stream = await fetch(`${inspecting.origin}/api/stream`, { headers })
    let kept = ''
    for await (const piece of stream.body ?? []) {
      kept += Buffer.from(piece)
      if (kept.includes(`"number":${last},`)) break
    }
    expect(kept.match(/"kind":"delivery"/g)?.length).toBeLessThanOrEqual(501)
    expect(slowestMs).toBeLessThan(2000)
  })
})
