import type { Server } from 'node:http'
import { koyweWebhooks } from '@x/koywe-fastify'
import fastify from 'fastify'
import { secret } from '../deliveries.js'
import { verifyParsed } from '../verify-by-hand.js'
import { answerByHand } from './answer-by-hand.js'
import { accepted, type Kind, path, refused, settingsOf } from './kinds.js'

/** A server of Fastify 5. */
export async function createFastifyServer(kind: Kind): Promise<Server> {
  const app = fastify()
  if (kind === 'bare') {
    leaveBodiesUnread()
    app.post(path, async () => accepted)
  } else if (kind === 'recipe') {
    app.post(path, async (request, reply) => {
      if (verifyParsed(request.body) !== undefined) return accepted
      return reply.code(401).send(refused)
    })
  } else if (kind === 'by-hand') {
    leaveBodiesUnread()
    app.post(path, (request, reply) => {
      reply.hijack()
      answerByHand(request.raw, reply.raw)
    })
  } else {
    await app.register(koyweWebhooks, { secret, ...settingsOf(kind) })
    app.koywe.on('crypto_delivered', () => {})
  }
  await app.ready()
  return app.server

  function leaveBodiesUnread(): void {
    app.removeAllContentTypeParsers()
    app.addContentTypeParser('*', (_request, _payload, done) => done(null))
  }
}
