import { createServer, type Server } from 'node:http'
import { bodyParser } from '@koa/bodyparser'
import { koyweWebhooks } from '@x/koywe-koa'
import Koa from 'koa'
import { secret } from '../deliveries.js'
import { verifyParsed } from '../verify-by-hand.js'
import { answerByHand } from './answer-by-hand.js'
import { accepted, type Kind, path, refused, settingsOf } from './kinds.js'

/** A server of Koa 3. */
export async function createKoaServer(kind: Kind): Promise<Server> {
  const app = new Koa()
  if (kind === 'bare') {
    app.use((context, next) => {
      if (!isDelivery(context)) return next()
      context.body = accepted
    })
  } else if (kind === 'recipe') {
    app.use(bodyParser())
    app.use((context, next) => {
      if (!isDelivery(context)) return next()
      const isSigned = verifyParsed(context.request.body) !== undefined
      context.status = isSigned ? 200 : 401
      context.body = isSigned ? accepted : refused
    })
  } else if (kind === 'by-hand') {
    app.use((context, next) => {
      if (!isDelivery(context)) return next()
      context.respond = false
      answerByHand(context.req, context.res)
    })
  } else {
    const webhooks = koyweWebhooks(secret, settingsOf(kind))
    webhooks.on('crypto_delivered', () => {})
    app.use(webhooks)
  }
  return createServer(app.callback())
}

function isDelivery(context: Koa.Context): boolean {
  return context.method === 'POST' && context.path === path
}
