import { sign } from '@x/koywe-testkit/sign'
import { expect, it } from 'vitest'
import { createKoyweWebhooks, koyweEventNames } from '../../src/index.js'
import { exampleEvents, signEvent } from '../../src/testing.js'
import { requestOf, secret } from '../requests.js'

it('signEvent puts the signature last and replaces an existing one', () => {
  const signed = sign({ b: 1, a: 'ñ' }, secret)
  expect(signed).toMatch(/^\{"b":1,"a":"ñ","signature":"[0-9a-f]{64}"\}$/)
  expect(signEvent({ b: 1, a: 'ñ' }, secret)).toBe(signed)
  expect(signEvent({ signature: 'old', b: 1, a: 'ñ' }, secret)).toBe(signed)
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
