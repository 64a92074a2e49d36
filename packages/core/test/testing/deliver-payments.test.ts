import { createHmac } from 'node:crypto'
import type { RequestListener } from 'node:http'
import { expect, it, vi } from 'vitest'
import {
  createKoywePayments,
  createKoyweWebhooks,
  koywePaymentsEventTypes,
} from '../../src/index.js'
import {
  badPaymentsDeliveries,
  deliver,
  examplePaymentsEvents,
  signedPaymentsRequest,
} from '../../src/testing.js'
import { secret } from '../requests.js'
import { serving } from '../serving.js'

function receiver() {
  const payments = createKoywePayments(secret, { logger: false })
  return { payments, app: serving(payments) }
}

const event = { type: 'order.paid', data: { status: 'PAID' } }

it('an event with a type goes to the Payments receiver, and the answer tells what listeners got', async () => {
  const { payments, app } = receiver()
  const heard = vi.fn()
  payments.on('order.paid', heard)
  const answer = await deliver(app, event, { secret })
  expect(answer.status).toBe(200)
  expect(answer.event?.type).toBe('order.paid')
  expect(answer.event).toEqual({ ...event, id: expect.stringMatching(/^evt_/) })
  expect(heard.mock.calls[0]?.[0]).toEqual(answer.event)
})

it.each([
  ['copy', 200, undefined, undefined],
  ['pretty', 200, undefined, undefined],
  ['forged', 401, 'invalid_signature', /^None of your secrets made this signature/],
  ['tampered', 401, 'invalid_signature', /^None of your secrets made this signature/],
  ['unsigned', 401, 'missing_signature', /^There is no Koywe-Signature header/],
] as const)(
  'as %s it is answered with %s, and the reason is said',
  async (as, status, code, reason) => {
    const { app } = receiver()
    const answer = await deliver(app, event, { secret, as })
    expect(answer).toMatchObject({ status, code })
    if (reason) expect(answer.reason).toMatch(reason)
    const duplicate = typeof answer.body === 'object' && answer.body && 'duplicate' in answer.body
    expect(Boolean(duplicate)).toBe(as === 'copy')
  },
)

it('the header is the HMAC of the bytes, at the default path', async () => {
  const seen = vi.fn()
  const app: RequestListener = (request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk) => chunks.push(chunk))
    request.on('end', () => {
      seen(request.url, request.headers['koywe-signature'], Buffer.concat(chunks))
      response.end()
    })
  }
  await deliver(app, { ...event, note: 'ñ' }, { secret, as: 'pretty' })
  const [url, signature, body] = seen.mock.calls[0] ?? []
  expect(url).toBe('/webhooks/koywe-payments')
  expect(signature).toBe(createHmac('sha256', secret).update(body).digest('hex'))
})

it.each(badPaymentsDeliveries.map((bad) => [bad.name, bad] as const))(
  '%s is refused as the table says',
  async (_name, bad) => {
    const { payments, app } = receiver()
    const heard = vi.fn()
    payments.onAny(heard)
    const { status, code } = await deliver(app, bad, { secret })
    expect({ status, code }).toEqual({ status: bad.status, code: bad.code })
    expect(heard).not.toHaveBeenCalled()
  },
)

it('each example event is accepted', async () => {
  const { payments, app } = receiver()
  const heard: string[] = []
  payments.onAny(({ type }) => heard.push(type))
  for (const type of koywePaymentsEventTypes) {
    const { status, reason } = await deliver(app, examplePaymentsEvents[type], { secret })
    expect(status, reason).toBe(200)
  }
  expect(heard).toEqual(koywePaymentsEventTypes)
})

it('an event at the receiver of the other API is refused with a sentence that names the right function', async () => {
  const { app } = receiver()
  const ramp = serving(createKoyweWebhooks(secret, { logger: false }))
  const there = await deliver(
    app,
    { eventName: 'crypto_delivered' },
    { secret, path: '/webhooks/koywe-payments' },
  )
  expect(there).toMatchObject({
    status: 400,
    code: 'ramp_webhook',
    reason: expect.stringMatching(/koyweWebhooks/),
  })
  const here = await deliver(ramp, event, { secret, path: '/webhooks/koywe' })
  expect(here).toMatchObject({
    status: 400,
    code: 'payments_webhook',
    reason: expect.stringMatching(/koywePayments/),
  })
})

it('a request is sent as it is, to the path of the API whose header it has', async () => {
  const { payments, app } = receiver()
  const heard = vi.fn()
  payments.onAny(heard)
  const body = '{ "type": "order.paid",\n  "id": "evt_recorded" }'
  const { headers } = signedPaymentsRequest(body, secret)
  expect(await deliver(app, { headers, body })).toMatchObject({ status: 200 })
  expect(heard.mock.calls[0]?.[0]).toEqual({ type: 'order.paid', id: 'evt_recorded' })
  const ofRamp = { headers: { 'content-type': 'application/json' }, body: '{"eventName":"ping"}' }
  const seen = vi.fn()
  const echo: RequestListener = (request, response) => {
    seen(request.url, request.headers['x-attempt'])
    response.end()
  }
  await deliver(echo, { headers, body }, { headers: { 'x-attempt': '2' } })
  await deliver(echo, { ...ofRamp, chunked: true })
  expect(seen.mock.calls).toEqual([
    ['/webhooks/koywe-payments', '2'],
    ['/webhooks/koywe', undefined],
  ])
})
