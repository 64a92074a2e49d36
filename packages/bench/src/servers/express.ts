import { createServer, type Server } from 'node:http'
import { koyweWebhooks } from '@x/koywe-express'
import express from 'express'
import { secret } from '../deliveries.js'
import { verifyByHand } from '../verify-by-hand.js'
import { answerByHand } from './answer-by-hand.js'
import { accepted, type Kind, path, refused, settingsOf } from './kinds.js'

/** A server of Express 5. */
export async function createExpressServer(kind: Kind): Promise<Server> {
  const app = express()
  if (kind === 'bare') {
    app.post(path, (_request, response) => {
      response.json(accepted)
    })
  } else if (kind === 'recipe') {
    app.post(path, express.raw({ type: '*/*' }), (request, response) => {
      const bytes = request.body as Buffer // made by express.raw
      if (verifyByHand(bytes) !== undefined) response.json(accepted)
      else response.status(401).json(refused)
    })
  } else if (kind === 'by-hand') {
    app.post(path, answerByHand)
  } else {
    const webhooks = koyweWebhooks(secret, settingsOf(kind))
    webhooks.on('crypto_delivered', () => {})
    app.use(webhooks)
  }
  return createServer(app)
}
