// The application's hosts: a plain server, another application, or a platform that has already read the request.
const { createServer } = require('node:http')

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

const hosts = {
  http: ({ listener }) => createServer(listener),

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
