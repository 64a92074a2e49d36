import { type Recipe, type Refusal, toMounts, type Wanted } from '@x/koywe-conformance'
import { listen } from '@x/koywe-testkit/listen'
import bodyParser from 'body-parser'
import express5, { type RequestHandler } from 'express'
import asyncHandler from 'express-async-handler'
import promiseRouter from 'express-promise-router'
import express4 from 'express4'
import {
  type ExpressHandler,
  type KoyweListeners,
  type KoywePaymentsListeners,
  koyweAuthCallback,
  koywePayments,
  koyweWebhooks,
} from '../src/index.js'

/** Both majors; the types of Express 5 also describe what these tests use of Express 4. */
export const frameworks: readonly (readonly [string, typeof express5])[] = [
  ['express 4', express4 as unknown as typeof express5],
  ['express 5', express5],
]

type App = ReturnType<typeof express5>

type Build = (app: App, handler: ExpressHandler, express: typeof express5) => void

const keepBytes = (request: object, _response: unknown, bytes: Buffer): void => {
  Object.assign(request, { rawBody: Buffer.from(bytes) })
}

/** Reads the stream to its end and sets what Google's Cloud Functions set. */
const cloudFunctions: ExpressHandler = (request, _response, next) => {
  const chunks: Buffer[] = []
  request.on('data', (chunk) => chunks.push(chunk))
  request.on('end', () => {
    const rawBody = Buffer.concat(chunks)
    let body: unknown = {}
    try {
      body = JSON.parse(rawBody.toString())
    } catch {}
    Object.assign(request, { rawBody, body })
    next()
  })
}

/** The path that matches every request, in each major version's syntax. */
export const everything = (express: unknown): string => (express === express4 ? '*' : '/{*all}')

const goOn: ExpressHandler = (_request, _response, next) => next()

const any = { type: () => true }

// The parsers have a limit of 100 kB.
const text: Refusal[] = ['large']
const json: Refusal[] = ['large', 'malformed']
const strictJson: Refusal[] = [...json, 'primitive']

interface TracedLayer {
  handle: (...all: unknown[]) => unknown
  readonly route?: { readonly stack: TracedLayer[] }
}

/** Replaces every handler of an application, and keeps its arity and nothing else, as agents for tracing do. */
function trace(app: App): void {
  // In Express 4, `router` is a getter that throws.
  const { _router } = app as { readonly _router?: { readonly stack: TracedLayer[] } }
  const { stack } = _router ?? (app.router as unknown as { readonly stack: TracedLayer[] })
  for (const layer of stack.flatMap((outer) => outer.route?.stack ?? outer)) {
    const { handle } = layer
    // Express tells by the number of parameters what handles errors.
    if (handle.length > 3) continue
    layer.handle = (request, response, next) => handle(request, response, next)
  }
}

const recipes: readonly Recipe<Build>[] = [
  { name: 'bare, no parser', exact: true, build: (app, handler) => app.use(handler) },
  {
    name: 'bare, after express.json()',
    keeps: 'value',
    exact: true,
    parser: strictJson,
    build: (app, handler, express) => app.use(express.json()).use(handler),
  },
  {
    name: 'bare, after express.json({ verify })',
    exact: true,
    parser: strictJson,
    build: (app, handler, express) => app.use(express.json({ verify: keepBytes })).use(handler),
  },
  {
    name: 'bare, after express.raw()',
    exact: true,
    parser: text,
    build: (app, handler, express) => app.use(express.raw(any)).use(handler),
  },
  {
    name: 'bare, after express.text()',
    keeps: 'text',
    exact: true,
    parser: text,
    build: (app, handler, express) => app.use(express.text(any)).use(handler),
  },
  {
    name: 'bare, after body-parser with strict: false',
    keeps: 'value',
    exact: true,
    parser: json,
    build: (app, handler) => app.use(bodyParser.json({ strict: false })).use(handler),
  },
  {
    name: 'bare, with a form parser before and a JSON parser after',
    exact: true,
    build: (app, handler, express) =>
      app
        .use(express.urlencoded({ extended: true }))
        .use(handler)
        .use(express.json()),
  },
  {
    name: 'bare, with rawBody as Cloud Functions sets it',
    exact: true,
    build: (app, handler) => app.use(cloudFunctions).use(handler),
    parser: [],
  },
  {
    name: 'on a path',
    path: '/hooks/koywe',
    build: (app, handler) => app.use('/hooks/koywe', handler),
  },
  {
    name: 'on a path, after express.json()',
    keeps: 'value',
    path: '/hooks/koywe',
    parser: strictJson,
    build: (app, handler, express) => app.use('/hooks/koywe', express.json(), handler),
  },
  {
    name: 'on a route',
    path: '/hooks/koywe',
    build: (app, handler) => app.post('/hooks/koywe', handler),
  },
  {
    name: 'on a route with its own parser',
    keeps: 'value',
    path: '/hooks/koywe',
    parser: strictJson,
    build: (app, handler, express) => app.post('/hooks/koywe', express.json(), handler),
  },
  {
    name: 'on a route of a Router under a prefix',
    path: '/api/hooks/koywe',
    build: (app, handler, express) =>
      app.use('/api', express.Router().post('/hooks/koywe', handler)),
  },
  {
    name: 'bare in a Router under a prefix',
    prefix: '/api',
    build: (app, handler, express) => app.use('/api', express.Router().use(handler)),
  },
  {
    name: 'on a route, wrapped by a function',
    path: '/hooks/koywe',
    build: (app, handler) =>
      app.post('/hooks/koywe', async (request, response, next) => {
        handler(request, response, next)
      }),
  },
  {
    name: 'on a route, bound',
    path: '/hooks/koywe',
    build: (app, handler) => app.post('/hooks/koywe', handler.bind(undefined)),
  },
  {
    name: 'on a route, wrapped by express-async-handler',
    path: '/hooks/koywe',
    build: (app, handler) =>
      app.post(
        '/hooks/koywe',
        asyncHandler((...all) => handler(...all)),
      ),
  },
  {
    name: 'on a route of express-promise-router',
    path: '/hooks/koywe',
    build: (app, handler) => {
      const router = promiseRouter()
      router.post('/hooks/koywe', handler as RequestHandler)
      app.use(router as unknown as RequestHandler)
    },
  },
  {
    name: 'on a route, traced: every handler replaced by a wrapper',
    path: '/hooks/koywe',
    build: (app, handler) => {
      app.post('/hooks/koywe', handler)
      trace(app)
    },
  },
  {
    name: 'bare, traced: every handler replaced by a wrapper',
    build: (app, handler) => {
      app.use(handler)
      trace(app)
    },
  },
  {
    name: 'on a wildcard path',
    build: (app, handler, express) => app.use(everything(express), handler),
  },
  {
    name: 'on a wildcard path, wrapped, in a Router under a prefix',
    prefix: '/api',
    build: (app, handler, express) =>
      app.use(
        '/api',
        express.Router().use(everything(express), (request, response, next) => {
          handler(request, response, next)
        }),
      ),
  },
  {
    name: 'on a path that is a RegExp for everything',
    build: (app, handler) => app.use(/.*/, handler),
  },
  {
    name: 'on a wildcard route',
    build: (app, handler, express) => app.all(everything(express), handler),
  },
  {
    name: 'with the option path',
    exact: true,
    path: '/in/koywe',
    option: '/in/koywe',
    build: (app, handler) => app.use(handler),
  },
  {
    name: "called from a route's own handler, path '*'",
    path: '/tenants/7/koywe',
    option: '*',
    build: (app, handler) =>
      app.post('/tenants/:id/koywe', (request, response, next) => {
        handler(request, response, next)
      }),
  },
]

/** The handler that is wanted, what its listeners are added to, and what is mounted beside it. */
function make(wanted: Wanted, path: string | undefined): Made {
  if (wanted.kind === 'auth callback') {
    return { handler: koyweAuthCallback({ ...wanted.options, path }) }
  }
  const { secrets, options } = wanted
  if (wanted.kind === 'payments') {
    const payments = koywePayments(secrets, { ...options, path })
    const webhooks = koyweWebhooks(secrets, options)
    return { handler: payments, payments, webhooks, beside: webhooks }
  }
  const webhooks = koyweWebhooks(secrets, { ...options, path })
  return { handler: webhooks, webhooks }
}

interface Made {
  readonly handler: ExpressHandler
  readonly beside?: ExpressHandler
  readonly webhooks?: KoyweListeners
  readonly payments?: KoywePaymentsListeners
}

/** Every mount for the suites. */
export const mounts = toMounts(
  frameworks,
  recipes,
  async (express, recipe, wanted, application) => {
    const { handler, beside, webhooks, payments } = make(wanted, recipe.option)
    const app = express()
    // Except in test mode, Express writes the stack of an error that it answers itself to stderr.
    app.set('env', 'test')
    if (application) app.all(/.*/, goOn).post('/orders', goOn)
    if (beside) app.use(beside)
    recipe.build(app, handler, express)
    if (application) {
      app.use(async (request, response) => {
        await application.receive(request)
        response.end()
      })
    }
    return { ...(await listen(app)), webhooks, payments }
  },
)
