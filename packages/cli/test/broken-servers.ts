import { createHmac } from 'node:crypto'
import { request as forward, type IncomingMessage, type RequestListener } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { gzipSync } from 'node:zlib'
import { koyweWebhooks } from '@x/koywe-express'
import { listen, type RunningServer } from '@x/koywe-testkit/listen'
import express from 'express'
import { secret } from './run-doctor.js'

/** A server with one fault, and the cause that the doctor must name. */
export interface BrokenServer {
  readonly name: string
  readonly cause: string
  /** How the cure begins, or a part of it. */
  readonly cure: RegExp
  start(): Promise<RunningServer>
}

const receiver = (key = secret) => koyweWebhooks(key, { logger: false })

/** Verifies by hand, as integrators do: over the body that a parser has made. */
const byHand =
  (payloadOf: (rest: Record<string, unknown>) => object, keys = [secret]): express.RequestHandler =>
  ({ body: { signature, ...rest } = {} }, response) => {
    const text = JSON.stringify(payloadOf(rest))
    const right = keys.some(
      (key) => createHmac('sha256', key).update(text).digest('hex') === signature,
    )
    response.status(right ? 200 : 401).json({ ok: right })
  }

function broken(
  name: string,
  cause: string,
  cure: RegExp,
  app: () => RequestListener,
): BrokenServer {
  return { name, cause, cure, start: () => listen(app()) }
}

/** Passes requests on to our own receiver, as a gateway does that compresses. */
function gateway(
  name: string,
  cause: string,
  encode: { readonly request?: boolean; readonly answer?: boolean },
): BrokenServer {
  return {
    name,
    cause,
    cure: /compress/,
    async start() {
      const behind = await listen(express().use(receiver()))
      const front = await listen(async (request, response) => {
        const answer = await passOn(request, behind.port, encode.request === true)
        const body = await buffer(answer)
        const zip = encode.answer === true
        response
          .writeHead(answer.statusCode ?? 0, {
            'content-type': 'application/json',
            ...(zip && { 'content-encoding': 'gzip' }),
          })
          .end(zip ? gzipSync(body) : body)
      })
      const close = async () => {
        await front.close()
        await behind.close()
      }
      return { port: front.port, close }
    },
  }
}

async function passOn(
  incoming: IncomingMessage,
  port: number,
  zip: boolean,
): Promise<IncomingMessage> {
  const bytes = await buffer(incoming)
  const { 'content-length': _length, 'transfer-encoding': _coding, ...headers } = incoming.headers
  const options = {
    port,
    host: '127.0.0.1',
    path: incoming.url,
    method: incoming.method,
    headers: { ...headers, ...(zip && { 'content-encoding': 'gzip' }) },
  }
  return new Promise((resolve, reject) => {
    forward(options, resolve)
      .on('error', reject)
      .end(zip ? gzipSync(bytes) : bytes)
  })
}

/** Servers with one fault each. */
export const brokenServers: readonly BrokenServer[] = [
  broken('the receiver has another secret', 'wrong_secret', /another secret/, () =>
    express().use(receiver('the secret of another environment')),
  ),
  broken('a check by hand has another secret', 'wrong_secret', /another secret/, () =>
    express()
      .use(express.json())
      .post(
        '/webhooks/koywe',
        byHand((rest) => rest, ['the secret of another environment']),
      ),
  ),
  broken(
    'the receiver is behind a prefix',
    'wrong_path',
    /^Nothing receives webhooks at this path/,
    () => express().use('/api', receiver()),
  ),
  broken('the body is read and dropped', 'parser_eats', /reads the body/, () =>
    express()
      .use(async (request, _response, next) => {
        if (request.is('json')) await buffer(request)
        next()
      })
      .use(receiver()),
  ),
  broken('a handler waits for a body that a parser has read', 'parser_eats', /reads the body/, () =>
    express()
      .use(express.json())
      .post('/webhooks/koywe', async (request, response) => {
        const chunks: Buffer[] = []
        request.on('data', (chunk) => chunks.push(chunk))
        request.on('end', () => {
          const { signature, ...rest } = JSON.parse(Buffer.concat(chunks).toString())
          const text = JSON.stringify(rest)
          const right = createHmac('sha256', secret).update(text).digest('hex') === signature
          response.status(right ? 200 : 401).json({ ok: right })
        })
      }),
  ),
  broken('a parser adds a field', 'parser_changes', /changes the body/, () =>
    express()
      .use(express.json(), (request, _response, next) => {
        if (request.body) request.body.receivedAt = 'today'
        next()
      })
      .use(receiver()),
  ),
  broken('a reviver trims every text', 'parser_changes', /changes the body/, () =>
    express()
      .use(
        express.json({
          reviver: (_key, value) => (typeof value === 'string' ? value.trim() : value),
        }),
      )
      .use(receiver()),
  ),
  broken('a validator drops the signature', 'parser_changes', /changes the body/, () =>
    express()
      .use(express.json(), (request, _response, next) => {
        if (request.body) delete request.body.signature
        next()
      })
      .use(receiver()),
  ),
  broken('the payload is built again from named fields', 'parser_changes', /changes the body/, () =>
    express()
      .use(express.json())
      .post(
        '/webhooks/koywe',
        byHand(({ eventName, orderId, timeStamp }) => ({ eventName, orderId, timeStamp })),
      ),
  ),
  broken('everything gets 200', 'accepts_forgeries', /Verify the signature/, () =>
    express().post('/webhooks/koywe', (_request, response) => response.json({ ok: true })),
  ),
  broken('an empty secret is accepted too', 'accepts_forgeries', /without a secret/, () =>
    express()
      .use(express.json())
      .post(
        '/webhooks/koywe',
        byHand((rest) => rest, [secret, '']),
      ),
  ),
  broken('nothing is answered', 'hang', /never answered/, () => express().use(() => {})),
  broken('the answer never ends', 'hang', /never answered/, () => (_request, response) => {
    response.writeHead(200).write('{')
  }),
  broken('the path redirects', 'redirect', /final URL/, () =>
    express().use((request, response) =>
      response.redirect(301, `https://example.com${request.path}`),
    ),
  ),
  broken('a proxy has lost its upstream', 'error_page', /page for people/, () =>
    express().use((_request, response) =>
      response.status(502).send('<html><h1>502 Bad Gateway</h1></html>'),
    ),
  ),
  broken('a single-page application answers every path', 'error_page', /page for people/, () =>
    express().use((_request, response) => response.send('<!doctype html><div id="app"></div>')),
  ),
  broken('forgeries crash the handler', 'server_fails', /with a 4xx/, () =>
    express()
      .use(express.json())
      .post('/webhooks/koywe', (request, response) => {
        const { signature, ...rest } = request.body
        const hmac = createHmac('sha256', secret).update(JSON.stringify(rest)).digest('hex')
        if (signature.toLowerCase() !== hmac) throw new Error('wrong signature')
        response.json({ ok: true })
      }),
  ),
  gateway('a gateway compresses requests', 'compressed_request', { request: true }),
  gateway('a gateway compresses answers', 'compressed_answer', { answer: true }),
  broken('CSRF protection is in front', 'blocked', /CSRF/, () =>
    express()
      .use((_request, response) => response.status(403).json({ message: 'invalid csrf token' }))
      .use(receiver()),
  ),
  broken('a listener fails for an order it does not know', 'listener_fails', /do not know/, () =>
    express().use(
      receiver().onAny(() => {
        throw new Error('there is no such order')
      }),
    ),
  ),
  broken('the connection is closed', 'closed', /without an answer/, () => (request) => {
    request.socket.destroy()
  }),
]
