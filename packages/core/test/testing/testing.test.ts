import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { sign } from '@x/koywe-testkit/sign'
import { expect, it } from 'vitest'
import { createKoyweWebhooks, koyweEventNames } from '../../src/index.js'
import { exampleEvents, signEvent, signPayments } from '../../src/testing.js'
import { requestOf, secret } from '../requests.js'

it('signEvent puts the signature last and replaces an existing one', () => {
  const signed = sign({ b: 1, a: 'ñ' }, secret)
  expect(signed).toMatch(/^\{"b":1,"a":"ñ","signature":"[0-9a-f]{64}"\}$/)
  expect(signEvent({ b: 1, a: 'ñ' }, secret)).toBe(signed)
  expect(signEvent({ signature: 'old', b: 1, a: 'ñ' }, secret)).toBe(signed)
})

it('signEvent makes the signatures that openssl makes', () => {
  const file = join(import.meta.dirname, '../ramp/vectors/vectors.tsv')
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n')
  const vectors = lines.map((line) => line.split('\t'))
  // Only a text that JSON.stringify writes is one that Koywe signs.
  const written = vectors.filter(([, , text = '']) => JSON.stringify(JSON.parse(text)) === text)
  expect(written.length).toBeGreaterThan(20)
  for (const [secret = '', signature = '', text = ''] of written) {
    expect(JSON.parse(signEvent(JSON.parse(text), secret)).signature).toBe(signature)
  }
})

it('signEvent and signPayments say when there is no secret', () => {
  // What plain JavaScript passes where a variable is not set.
  const none = undefined as unknown as string
  expect(() => signEvent({ b: 1 }, none)).toThrow(/no secret to sign with: `signEvent\(/)
  expect(() => signPayments('{}', none)).toThrow(/no secret to sign with: `signPayments\(/)
})

it('every example is accepted and reaches the listener of its name', async () => {
  expect(Object.keys(exampleEvents)).toEqual(koyweEventNames)
  const webhooks = createKoyweWebhooks(secret)
  const heard: string[] = []
  for (const name of koyweEventNames) {
    webhooks.on(name, (event) => heard.push(event.eventName))
    const { status } = await webhooks.handle(requestOf(signEvent(exampleEvents[name], secret)))
    expect(status).toBe(200)
  }
  expect(heard).toEqual(koyweEventNames)
})
