import { listen, type Refusal, type WebhookMount } from '@x/koywe-conformance'
import bodyParser from 'body-parser'
import express5 from 'express'
import express4 from 'express4'
import { type ExpressHandler, koyweWebhooks } from '../src/index.js'

/** Both majors; Express 4 is used through the types of 5, which describe what these tests use of it as well. */
export const frameworks: readonly (readonly [string, typeof express5])[] = [
  ['express 4', express4 as unknown as typeof express5],
  ['express 5', express5],
]

type App = ReturnType<typeof express5>
type Webhooks = ReturnType<typeof koyweWebhooks>

interface Recipe {
  readonly name: string
  readonly path?: string
  readonly parser?: readonly Refusal[]
  /** The handler's own `path` option. */
  readonly option?: string
  build(app: App, webhooks: Webhooks, express: typeof express5): void
}

const keepBytes = (request: object, _response: unknown, bytes: Buffer): void => {
  Object.assign(request, { rawBody: Buffer.from(bytes) })
}

/** Reads the stream to its end and leaves what Google's Cloud Functions leave. */
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

const any = { type: () => true }

// The parsers have a limit of 100 kB.
const text: Refusal[] = ['large']
const json: Refusal[] = ['large', 'malformed']
const strictJson: Refusal[] = [...json, 'primitive']

const recipes: readonly Recipe[] = [
  { name: 'bare, no parser', build: (app, webhooks) => app.use(webhooks) },
  {
    name: 'bare, after express.json()',
    parser: strictJson,
    build: (app, webhooks, express) => app.use(express.json()).use(webhooks),
  },
  {
    name: 'bare, after express.json({ verify })',
    parser: strictJson,
    build: (app, webhooks, express) => app.use(express.json({ verify: keepBytes })).use(webhooks),
  },
  {
    name: 'bare, after express.raw()',
    parser: text,
    build: (app, webhooks, express) => app.use(express.raw(any)).use(webhooks),
  },
  {
    name: 'bare, after express.text()',
    parser: text,
    build: (app, webhooks, express) => app.use(express.text(any)).use(webhooks),
  },
  {
    name: 'bare, after body-parser with strict: false',
    parser: json,
    build: (app, webhooks) => app.use(bodyParser.json({ strict: false })).use(webhooks),
  },
  {
    name: 'bare, a parser for forms before and one for JSON after',
    build: (app, webhooks, express) =>
      app
        .use(express.urlencoded({ extended: true }))
        .use(webhooks)
        .use(express.json()),
  },
  {
    name: 'bare, with rawBody as Cloud Functions leaves it',
    build: (app, webhooks) => app.use(cloudFunctions).use(webhooks),
    parser: [],
  },
  {
    name: 'on a path',
    path: '/hooks/koywe',
    build: (app, webhooks) => app.use('/hooks/koywe', webhooks),
  },
  {
    name: 'on a path, after express.json()',
    path: '/hooks/koywe',
    parser: strictJson,
    build: (app, webhooks, express) => app.use('/hooks/koywe', express.json(), webhooks),
  },
  {
    name: 'on a route',
    path: '/hooks/koywe',
    build: (app, webhooks) => app.post('/hooks/koywe', webhooks),
  },
  {
    name: 'on a route with a parser of its own',
    path: '/hooks/koywe',
    parser: strictJson,
    build: (app, webhooks, express) => app.post('/hooks/koywe', express.json(), webhooks),
  },
  {
    name: 'on a route of a Router under a prefix',
    path: '/api/hooks/koywe',
    build: (app, webhooks, express) =>
      app.use('/api', express.Router().post('/hooks/koywe', webhooks)),
  },
  {
    name: 'bare in a Router under a prefix',
    path: '/api/webhooks/koywe',
    build: (app, webhooks, express) => app.use('/api', express.Router().use(webhooks)),
  },
  {
    name: 'with the option path',
    path: '/in/koywe',
    option: '/in/koywe',
    build: (app, webhooks) => app.use(webhooks),
  },
  {
    name: "called from a route's own handler, path '*'",
    path: '/tenants/7/koywe',
    option: '*',
    build: (app, webhooks) =>
      app.post('/tenants/:id/koywe', (request, response, next) => {
        webhooks(request, response, next)
      }),
  },
]

/** Every mount that the suite plays. */
export const mounts: readonly WebhookMount[] = frameworks.flatMap(([framework, express]) =>
  recipes.map(
    (recipe): WebhookMount => ({
      name: `${framework}, ${recipe.name}`,
      path: recipe.path ?? '/webhooks/koywe',
      parser: recipe.parser,
      start(secrets, options) {
        const app = express()
        // Express writes the stack of an error that it answers itself to stderr, except in its test mode.
        app.set('env', 'test')
        const { option } = recipe
        const webhooks = koyweWebhooks(secrets, option ? { ...options, path: option } : options)
        recipe.build(app, webhooks, express)
        return listen(app, webhooks)
      },
    }),
  ),
)
