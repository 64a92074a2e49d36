const { ask, deliver, koyweOrder } = require('@x/koywe-core/testing')
const { bearer, koyweAuthCallback, koyweWebhooks } = require('@x/koywe-express')
const express = require('express')

const secret = 'the secret of the test'

test('handles an order from its creation to its end', async () => {
  const heard = []
  const webhooks = koyweWebhooks(secret, { logger: false })
  webhooks.onAny((event) => heard.push(event.eventName))
  const app = express().use(webhooks)
  for (const event of koyweOrder('on-ramp')) {
    const answer = await deliver(app, event, { secret })
    expect(answer).toMatchObject({ status: 200, reason: undefined })
  }
  expect(heard.at(-1)).toBe('crypto_delivered')
})

test('refuses a forgery and says why', async () => {
  const app = express().use(koyweWebhooks(secret, { logger: false }))
  const answer = await deliver(app, { eventName: 'fiat_sent' }, { secret, as: 'forged' })
  expect(answer.code).toBe('invalid_signature')
  expect(answer.reason).toMatch(/None of your secrets made this signature/)
})

test('lets a known user operate', async () => {
  const isAllowed = ({ email }) => email === 'ana@example.com'
  const app = express()
  app.post('/koywe/auth', koyweAuthCallback({ auth: bearer('token'), isAllowed }))
  const answer = await ask(app, 'ana@example.com', { bearer: 'token' })
  expect(answer.koyweConcludes).toBe(true)
})
