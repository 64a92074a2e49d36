// An application that tells tests what it has seen.
import { channel } from 'node:diagnostics_channel'
import { bearer, koyweAuthCallback, koywePayments, koyweWebhooks } from '@x/koywe-express'
import express from 'express'

const {
  KOYWE_WEBHOOK_SECRET = '',
  KOYWE_PAYMENTS_SECRET,
  PROBE_PORT = '0',
  PROBE_DELAY = '0',
} = process.env
const seen = []
const app = express()
app.use((request, _response, next) => {
  if (request.method === 'POST') seen.push(request.rawHeaders)
  next()
})
app.get('/seen', (_request, response) => void response.json(seen))
app.get('/subscribed', (_request, response) => {
  response.json(channel('tracing:koywe:delivery:start').hasSubscribers)
})
app.get('/end/:code', (request, response) => {
  response.once('finish', () => process.exit(Number(request.params.code)))
  response.end()
})
app.post('/webhooks/behind-login', (_request, response) => void response.sendStatus(403))
const webhooks = koyweWebhooks(KOYWE_WEBHOOK_SECRET, { logger: false, timeoutMs: 1000 })
webhooks.onAny(async (event) => {
  if (event.orderId === 'fails') throw new RangeError('the listener fails')
  if (event.orderId === 'late') {
    await new Promise((resolve) => setTimeout(resolve, 1500))
    throw new RangeError('the listener fails late')
  }
  await new Promise((resolve) => setTimeout(resolve, Number(PROBE_DELAY)))
})
app.use(webhooks)
if (KOYWE_PAYMENTS_SECRET) {
  const payments = koywePayments(KOYWE_PAYMENTS_SECRET, { logger: false })
  app.use(payments)
  app.post('/elsewhere/payments', payments)
}
const isAllowed = ({ email }) => email === 'maria@example.com'
app.use(koyweAuthCallback({ auth: bearer('callback-token'), isAllowed, logger: false }))
const server = app.listen(Number(PROBE_PORT), '127.0.0.1', () => {
  console.log(`probe ${process.pid} at http://127.0.0.1:${server.address().port}`)
})
