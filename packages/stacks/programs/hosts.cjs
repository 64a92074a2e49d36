// The application's hosts: a plain server, another application, or a platform that has already read the request.
const { createServer, request: send } = require('node:http')
const http2 = require('node:http2')
const { once } = require('node:events')

async function read(stream) {
  const chunks = []
  for await (const chunk of stream) chunks.push(chunk)
  return Buffer.concat(chunks)
}

/** A platform that reads the request, calls `leave` to store what it read, and then calls the application. */
function platform(leave) {
  return ({ listener }) =>
    createServer(async (req, res) => {
      leave(req, await read(req))
      listener(req, res)
    })
}

/** A reverse proxy in front of the application. `createProxy` gets the application's address. */
function proxied(createProxy) {
  return async ({ listener }) => {
    const behind = createServer(listener).listen(0, '127.0.0.1')
    await once(behind, 'listening')
    return createProxy(`http://127.0.0.1:${behind.address().port}`)
  }
}

/** Forwards a request, with `body` piped or already read, and its answer. */
function forward(target, req, res, body) {
  const { method, url, headers } = req
  const onward = send(target + url, { method, headers: { ...headers, via: '1.1 proxy' } })
  onward.on('response', (answer) => {
    res.writeHead(answer.statusCode, answer.headers)
    answer.pipe(res)
  })
  onward.on('error', () => res.writeHead(502).end())
  if (body === undefined) req.pipe(onward)
  else onward.end(body)
}

const hosts = {
  http: ({ listener }) => createServer(listener),

  // Without TLS, as behind a load balancer that ends it.
  'HTTP/2': ({ app, listener }) =>
    app.initialConfig?.http2 ? app.server : http2.createServer(listener),

  'a proxy that pipes': proxied((target) => createServer((req, res) => forward(target, req, res))),
  // As nginx does by default. It sends the body in chunks.
  'a proxy that buffers': proxied((target) =>
    createServer(async (req, res) => {
      const body = await read(req)
      delete req.headers['content-length']
      const chunked = body.length > 0 && { 'transfer-encoding': 'chunked' }
      Object.assign(req.headers, chunked)
      forward(target, req, res, body)
    }),
  ),
  'http-proxy': proxied((target) => {
    const proxy = require('http-proxy').createProxyServer({ target })
    return createServer((req, res) => proxy.web(req, res))
  }),
  'http-proxy-middleware': proxied((target) =>
    createServer(require('http-proxy-middleware').createProxyMiddleware({ target })),
  ),
  '@fastify/http-proxy': proxied(async (upstream) => {
    const front = require('fastify')()
    await front.register(require('@fastify/http-proxy'), { upstream })
    await front.ready()
    return front.server
  }),

  // Google's own server, with the application as its function.
  'functions-framework': ({ listener }) => {
    require('@google-cloud/functions-framework').http('koywe', listener)
    const { getTestServer } = require('@google-cloud/functions-framework/testing')
    return getTestServer('koywe')
  },

  // An Express application that parses JSON and calls this one.
  'express.json': ({ listener }) => {
    const express = require('express')
    const host = express()
    host.use(express.json())
    host.use((req, res) => listener(req, res))
    return createServer(host)
  },

  // Next.js passes unknown paths to its own handler.
  'Next.js custom server': ({ listener }) => {
    const ours = /^\/(webhooks|hooks|koywe|mounted|other|passing|heard)\b/
    return createServer((req, res) => {
      if (ours.test(req.url)) listener(req, res)
      else res.writeHead(404).end('This page could not be found.')
    })
  },

  // An API route of Next.js with its parser, and Azure Functions, which keeps the text too.
  'Next.js API route': platform((req, bytes) => {
    req.query = {}
    req.cookies = {}
    req.body = bytes.length > 0 ? JSON.parse(bytes) : ''
  }),
  Azure: platform((req, bytes) => {
    req.rawBody = bytes.toString()
    req.body = bytes.length > 0 ? JSON.parse(bytes) : undefined
  }),

  // Vercel's helper parses on first access.
  Vercel: platform((req, bytes) => {
    const lazily = (name, get) =>
      Object.defineProperty(req, name, { configurable: true, enumerable: true, get })
    lazily('query', () => ({}))
    lazily('cookies', () => ({}))
    lazily('body', () => (bytes.length > 0 ? JSON.parse(bytes) : undefined))
  }),
}

/** These adapters support Express and Koa, and need to be told how to call Fastify. */
function callingOf({ ready, listener }) {
  if (!ready) return {}
  const sendRequest = async ({ request, response }) => {
    await ready()
    listener(request, response)
  }
  return { framework: { sendRequest } }
}

/** Handlers of events instead of servers. */
const functions = {
  'serverless-http 3': ({ app }) => require('serverless-http-3')(app),
  'serverless-http 4': ({ app }) => {
    const serverless = require('serverless-http-4')
    return (serverless.default ?? serverless)(app)
  },
  '@vendia/serverless-express': (built) =>
    require('@vendia/serverless-express')({ app: built.app, ...callingOf(built) }),
  '@codegenie/serverless-express': (built) =>
    require('@codegenie/serverless-express')({ app: built.app, ...callingOf(built) }),
  '@fastify/aws-lambda': ({ app }) => require('@fastify/aws-lambda')(app),
}

module.exports = { functions, hosts }
