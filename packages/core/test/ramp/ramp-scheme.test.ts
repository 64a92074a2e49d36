import { createHmac } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import { sign } from '@x/koywe-testkit/sign'
import { describe, expect, it } from 'vitest'
import type { Body } from '../../src/http/contract.js'
import { isRefusal } from '../../src/http/refusal.js'
import type { OpenedDelivery } from '../../src/http/scheme.js'
import type { KoyweEvent, UnknownKoyweEvent } from '../../src/ramp/events.js'
import { createRampScheme } from '../../src/ramp/ramp-scheme.js'
import { createVerifier } from '../../src/ramp/signature.js'

const secret = 'ramp-test-secret'
const event = {
  eventName: 'crypto_delivered',
  orderId: 'order-1',
  timeStamp: '2026-01-01T00:00:00.000Z',
}

const text = (body: string): Body => ({ text: body })

function open(body: Body, secrets: string | string[] = secret, headers = {}) {
  return createRampScheme(secrets).open(body, headers, 65_536)
}

function opened(
  body: Body,
  secrets?: string | string[],
): OpenedDelivery<KoyweEvent | UnknownKoyweEvent> {
  const result = open(body, secrets)
  if (isRefusal(result)) throw new Error(result.sentence())
  return result
}

function refused(body: Body, secrets?: string | string[]) {
  const result = open(body, secrets)
  if (!isRefusal(result)) throw new Error('it was opened')
  return { code: result.code, sentence: result.sentence() }
}

it('opens a genuine delivery: its event, the text that was signed, and which secret signed it', () => {
  const signedText = JSON.stringify(event)
  const body = text(sign(event, secret))
  expect(opened(body)).toEqual({ event, ...event, signedText, secretIndex: 0 })
  expect(opened(body, ['another', secret])).toEqual({ event, ...event, signedText, secretIndex: 1 })
  expect(opened({ value: JSON.parse(sign(event, secret)) })).toEqual(opened(body))
})

it('is known as the ramp API, and finds the name of an event in `eventName`', () => {
  const scheme = createRampScheme(secret)
  expect(scheme).toMatchObject({ api: 'ramp', nameField: 'eventName' })
  expect(scheme.nameOf(event)).toBe('crypto_delivered')
})

it('refuses another signature with a code and a sentence that names the likely causes', () => {
  const other = text(sign(event, 'not the secret'))
  expect(refused(other)).toEqual({
    code: 'invalid_signature',
    sentence: expect.stringMatching(/^None of your secrets.*with its fields in another order/),
  })
  const changed = text(sign(event, secret).replace('order-1', 'order-2'))
  expect(refused(changed).code).toBe('invalid_signature')
})

it.each([undefined, null, ''])('says that there is no signature when it is %o', (signature) => {
  expect(refused({ value: { ...event, signature } })).toEqual({
    code: 'missing_signature',
    sentence: expect.stringContaining('no `signature`'),
  })
})

it.each([[0], [42], [true], [{}], [['a'.repeat(64)]]])(
  'says that a signature is not a string when it is %j',
  (signature) => {
    expect(() => open(text(JSON.stringify({ ...event, signature })))).toThrow(
      expect.objectContaining({
        code: 'invalid_payload',
        message: 'The field `signature` is not a string.',
      }),
    )
  },
)

it.each([
  ['-0', 0],
  ['1e999', null],
  ['[-0]', [0]],
  ['{"deep":-0}', { deep: 0 }],
  ['0.10', 0.1],
])('gives listeners what was signed where the number %s was received', (received, signed) => {
  // What Koywe signs of it is what JSON.stringify writes.
  const body = sign({ ...event, amount: signed }, secret)
  const asReceived = body.replace(`"amount":${JSON.stringify(signed)}`, `"amount":${received}`)
  expect(asReceived).toContain(`"amount":${received}`)
  expect(opened(text(asReceived)).event).toStrictEqual({ ...event, amount: signed })
  expect(opened({ value: JSON.parse(asReceived) }).event).toStrictEqual({
    ...event,
    amount: signed,
  })
})

it('gives listeners the fields of a parsed value as they were signed, not as a parser revived them', () => {
  const timeStamp = new Date(event.timeStamp)
  const value = { ...JSON.parse(sign(event, secret)), timeStamp }
  expect(opened({ value }).event).toStrictEqual(event)
})

it.each([
  ['undefined', undefined],
  ['a function', () => 'hidden'],
  ['a symbol', Symbol('hidden')],
])('gives listeners no field of a parsed value that has no JSON form: %s', (_what, value) => {
  const parsed = { ...JSON.parse(sign(event, secret)), unsigned: value }
  expect(opened({ value: parsed }).event).toStrictEqual(event)
})

it.each([
  [` ${secret}`, secret],
  [`${secret}\n`, secret],
  [`"${secret}"`, secret],
  [`'${secret}'`, secret],
  [` \`${secret}\` `, secret],
])('recognises a signature made with the secret %j without what surrounds it', (given, used) => {
  expect(createVerifier(given).verify(JSON.stringify(event), signatureIn(used))).toBe(-1)
  expect(createVerifier(given).verifyTrimmed(JSON.stringify(event), signatureIn(used))).toBe(true)
})

it.each([`a"${secret}"`, `"${secret}"a`, `"${secret}'`, `"${secret}`])(
  'takes the quotes in %j for a part of the secret',
  (given) => {
    const { verify, verifyTrimmed } = createVerifier(given)
    expect(verify(JSON.stringify(event), signatureIn(given))).toBe(0)
    for (const other of [secret, given.replaceAll(/["']/g, '')]) {
      expect(verifyTrimmed(JSON.stringify(event), signatureIn(other))).toBe(false)
    }
  },
)

it('says which API a webhook belongs to that is not of this one', () => {
  const body = text('{"id":"evt_1","type":"order.paid","data":{}}')
  expect(refused(body)).toEqual({
    code: 'payments_webhook',
    sentence: expect.stringMatching(
      /Koywe's Payments API \(a Koywe-Signature header.*ramp API, which signs inside the body.*koywePayments/,
    ),
  })
})

describe('of a webhook without `signature` that has the header Koywe-Signature it says', () => {
  const body = JSON.stringify({ orderId: 'ñ' })
  const signedAs = (key: string) => ({
    'koywe-signature': createHmac('sha256', key).update(body).digest('hex'),
  })
  const sentenceFor = (received: Body, headers: IncomingHttpHeaders, secrets?: string[]) => {
    const result = open(received, secrets, headers)
    return isRefusal(result) ? result.sentence() : expect.fail('it was opened')
  }
  const isYours = 'Your secret made the signature in the header'

  it.each<[string, Body]>([
    ['text', { text: body }],
    ['bytes', { bytes: Buffer.from(body) }],
  ])('that one of your secrets made it, of a body found as %s', (_form, received) => {
    for (const secrets of [[secret], ['another', secret]]) {
      expect(sentenceFor(received, signedAs(secret), secrets)).toContain(isYours)
    }
  })

  it('only that this is the wrong API, when another secret made it or the bytes are gone', () => {
    for (const sentence of [
      sentenceFor({ text: body }, signedAs('another')),
      sentenceFor({ value: JSON.parse(body) }, signedAs(secret)),
    ]) {
      expect(sentence).toMatch(/^This is a webhook of Koywe's Payments API .* of their own\.$/)
    }
  })

  it('the same of an event of the ramp API, whose own signature is missing', () => {
    const named = { text: JSON.stringify(event) }
    const headers = {
      'koywe-signature': createHmac('sha256', secret).update(named.text).digest('hex'),
    }
    expect(sentenceFor(named, headers)).toMatch(
      /^The body has no `signature`\. Koywe signs only if .* Your secret made .* API signs\.$/,
    )
    expect(sentenceFor(named, {})).toMatch(
      /^The body has no `signature`\. Koywe signs only if .* \(a scanner, harmless\)\.$/,
    )
  })
})

it('says where a secret comes from when there is none', () => {
  expect(() => createVerifier('')).toThrow(/not blank.*KOYWE_WEBHOOK_SECRET/s)
})

function signatureIn(key: string): string {
  return JSON.parse(sign(event, key)).signature
}
