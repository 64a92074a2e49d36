import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ask, deliver, koyweOrder } from '@x/koywe-core/testing'
import { bearer, koyweAuthCallback, koyweWebhooks } from '@x/koywe-express'
import express from 'express'

const secret = 'the secret of the test'

test('handles an order from its creation to its end', async () => {
  const heard = []
  const webhooks = koyweWebhooks(secret, { logger: false })
  webhooks.onAny((event) => heard.push(event.eventName))
  const app = express().use(webhooks)
  for (const event of koyweOrder('on-ramp')) {
    const answer = await deliver(app, event, { secret })
    assert.equal(answer.status, 200, answer.reason)
  }
  assert.equal(heard.at(-1), 'crypto_delivered')
})

test('refuses a forgery and says why', async () => {
  const app = express().use(koyweWebhooks(secret, { logger: false }))
  const answer = await deliver(app, { eventName: 'fiat_sent' }, { secret, as: 'forged' })
  assert.equal(answer.code, 'invalid_signature')
  assert.match(answer.reason ?? '', /None of your secrets made this signature/)
})

test('lets a known user operate', async () => {
  const isAllowed = ({ email }) => email === 'ana@example.com'
  const app = express()
  app.post('/koywe/auth', koyweAuthCallback({ auth: bearer('token'), isAllowed }))
  const answer = await ask(app, 'ana@example.com', { bearer: 'token' })
  assert.equal(answer.koyweConcludes, true)
})
