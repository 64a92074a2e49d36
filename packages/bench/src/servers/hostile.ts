import { createServer, type Server } from 'node:http'
import { koywePayments, koyweWebhooks } from '@x/koywe-express'
import express from 'express'
import { secret } from '../deliveries.js'
import { path, refused } from './kinds.js'

/** The log is on, so that the sentence of a refusal is made, but it is written nowhere. */
const logger = { warn() {}, error() {} }

/** A receiver that reads the bytes itself. */
export async function createOpenServer(): Promise<Server> {
  return createServer(express().use(koyweWebhooks(secret, { logger })))
}

/** The same of the Payments API, at the path that is posted to. */
export async function createPaymentsServer(): Promise<Server> {
  return createServer(express().use(koywePayments(secret, { logger, path })))
}

/** A receiver behind a parser that lets large uploads through. */
export async function createParsedServer(): Promise<Server> {
  const app = express()
  app.use(express.json({ limit: '10mb' }))
  app.use(koyweWebhooks(secret, { logger }))
  return createServer(app)
}

/** The same parser, and a refusal in the place of the receiver. */
export async function createParserServer(): Promise<Server> {
  const app = express()
  app.use(express.json({ limit: '10mb' }))
  app.post(path, (_request, response) => {
    response.status(401).json(refused)
  })
  return createServer(app)
}
