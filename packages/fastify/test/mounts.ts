import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import fastifyExpress from '@fastify/express'
import middie from '@fastify/middie'
import {
  type Application,
  type Recipe,
  type Refusal,
  toMounts,
  uploadPath,
  type Wanted,
} from '@x/koywe-conformance'
import type { PathOption } from '@x/koywe-core/adapter'
import { listen, type RunningServer } from '@x/koywe-testkit/listen'
import express from 'express'
import fastify5, {
  type FastifyInstance,
  type FastifyRequest,
  type FastifyServerOptions,
  type RouteHandlerMethod,
} from 'fastify'
import rawBody from 'fastify-raw-body'
import fastify4 from 'fastify4'
import {
  type KoyweListeners,
  type KoywePaymentsListeners,
  koyweAuthCallback,
  koywePayments,
  koyweWebhooks,
} from '../src/index.js'

/** Both majors; the types of Fastify 5 also describe what these tests use of Fastify 4. */
export const frameworks: readonly (readonly [string, MakeApp])[] = [
  ['fastify 4', fastify4 as unknown as MakeApp],
  ['fastify 5', (options) => fastify5(options)],
]

type MakeApp = (options: FastifyServerOptions) => FastifyInstance

type Build = (app: FastifyInstance, register: Register) => Promise<void>

interface FastifyRecipe extends Recipe<Build> {
  readonly server?: FastifyServerOptions
  /** Starts the application, if not by its own `listen`. */
  serve?(app: FastifyInstance): Promise<RunningServer>
}

/** What express.json() refuses: it has a limit of 100 kB. */
const strictJson: readonly Refusal[] = ['large', 'malformed', 'primitive']

/** Registers the plugin under test in the recipe's scope, with the recipe's options. */
type Register = (
  scope: FastifyInstance,
  options?: PathOption & { prefix?: string },
) => Promise<void>

const recipes: readonly FastifyRecipe[] = [
  { name: 'registered plainly', build: (app, register) => register(app) },
  {
    name: 'with a prefix',
    path: '/hooks/koywe',
    build: (app, register) => register(app, { prefix: '/hooks/koywe' }),
  },
  {
    name: 'with the option path',
    path: '/in/koywe',
    build: (app, register) => register(app, { path: '/in/koywe' }),
  },
  {
    name: 'with a prefix and the option path',
    path: '/api/in/koywe',
    build: (app, register) => register(app, { prefix: '/api', path: '/in/koywe' }),
  },
  {
    name: 'in a scope with a prefix',
    prefix: '/api',
    build: async (app, register) => {
      await app.register((scope) => register(scope), { prefix: '/api' })
    },
  },
  {
    name: 'when the application has replaced the JSON parser',
    build: async (app, register) => {
      app.removeContentTypeParser('application/json')
      app.addContentTypeParser(
        'application/json',
        { parseAs: 'string' },
        (_request, text, done) => {
          done(null, { replaced: text })
        },
      )
      app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, bytes, done) => {
        done(null, bytes)
      })
      return register(app)
    },
  },
  {
    name: 'traced: every handler replaced by a wrapper',
    build: (app, register) => {
      app.addHook('onRoute', (route) => {
        const { handler } = route
        route.handler = function traced(request, reply) {
          return handler.call(this, request, reply)
        }
      })
      return register(app)
    },
  },
  {
    name: 'with fastify-raw-body for every route',
    only: 'fastify 5',
    build: async (app, register) => {
      await app.register(rawBody, { runFirst: true })
      return register(app)
    },
  },
  {
    name: 'with a small global bodyLimit',
    server: { bodyLimit: 64 },
    build: (app, register) => register(app),
  },
  {
    name: 'with coercing validation and trailing slashes ignored',
    server: {
      ajv: { customOptions: { coerceTypes: 'array', removeAdditional: 'all', useDefaults: true } },
      ignoreTrailingSlash: true,
    },
    build: (app, register) => register(app),
  },
  {
    name: 'with a hook that substitutes a copy of the body',
    build: async (app, register) => {
      app.addHook('preParsing', async (_request, _reply, payload) => Readable.from(payload))
      return register(app)
    },
  },
  {
    name: 'with slow hooks and a logging hook',
    build: async (app, register) => {
      app.addHook('onRequest', () => new Promise((resolve) => setImmediate(resolve)))
      app.addHook('preValidation', () => new Promise((resolve) => setImmediate(resolve)))
      app.addHook('preHandler', async (request) => {
        JSON.stringify(request.body)
      })
      return register(app)
    },
  },
  {
    name: 'with formatters that turn every answer into a yes',
    build: async (app, register) => {
      app.addHook('preSerialization', async (_request, _reply, payload) => ({ data: payload }))
      app.addHook('onSend', async (_request, reply) => {
        reply.code(200).header('content-type', 'application/json')
        return '{"ok":true}'
      })
      app.setReplySerializer(() => '{"ok":true}')
      app.setErrorHandler(async (_error, _request, reply) => reply.code(200).send({ ok: true }))
      app.setNotFoundHandler((_request, reply) => {
        // Without the hooks, which would turn it into a 200.
        reply.hijack().raw.writeHead(404, { 'content-length': '0' }).end()
      })
      return register(app)
    },
  },
  {
    name: 'with a hook that listens to `data`',
    build: async (app, register) => {
      app.addHook('onRequest', (request, _reply, done) => {
        request.raw.on('data', () => {})
        done()
      })
      return register(app)
    },
  },
  {
    name: 'with an empty rawBody on every request',
    build: async (app, register) => {
      app.decorateRequest('rawBody', '')
      return register(app)
    },
  },
  {
    name: 'with @fastify/middie and express.json()',
    keeps: 'value',
    only: 'fastify 5',
    parser: strictJson,
    build: async (app, register) => {
      leaveBodiesToMiddleware(app)
      await app.register(middie)
      app.use(express.json())
      return register(app)
    },
  },
  {
    name: 'with @fastify/express and express.json()',
    keeps: 'value',
    only: 'fastify 5',
    parser: strictJson,
    build: async (app, register) => {
      leaveBodiesToMiddleware(app)
      await app.register(fastifyExpress)
      app.use(express.json())
      return register(app)
    },
  },
  {
    name: 'called from an Express application with express.json()',
    keeps: 'value',
    parser: strictJson,
    build: (app, register) => {
      leaveBodiesToMiddleware(app)
      return register(app)
    },
    serve: async (app) => {
      await app.ready()
      const server = await listen(
        express()
          .use(express.json())
          .use((request, response) => app.server.emit('request', request, response)),
      )
      return {
        port: server.port,
        close: async () => {
          await server.close()
          await app.close()
        },
      }
    },
  },
  {
    name: 'with a hook that keeps the bytes in rawBody',
    parser: [],
    build: async (app, register) => {
      app.addHook('onRequest', async (request) => {
        if (request.method !== 'POST') return
        const chunks: Buffer[] = []
        for await (const chunk of request.raw) chunks.push(chunk)
        Object.assign(request, { rawBody: Buffer.concat(chunks) })
      })
      return register(app)
    },
  },
]

/** What applications do when middleware reads the bodies: Fastify's own parsers would wait for them forever. */
function leaveBodiesToMiddleware(app: FastifyInstance): void {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', (request, _payload, done) => {
    done(null, (request.raw as { body?: unknown }).body) // express.json() put it there
  })
}

/** What registers the plugin that is wanted. */
const registerOf =
  (wanted: Wanted): Register =>
  async (scope, options) => {
    if (wanted.kind === 'auth callback') {
      await scope.register(koyweAuthCallback, { ...wanted.options, ...options })
    } else if (wanted.kind === 'payments') {
      const { secrets } = wanted
      await scope.register(koywePayments, { ...wanted.options, ...options, secrets })
    } else {
      const { secrets } = wanted
      await scope.register(koyweWebhooks, { ...wanted.options, ...options, secrets })
    }
  }

/** Answers every other request with routes of the application's own, to which the body is a stream. */
async function addApplication(app: FastifyInstance, { receive }: Application): Promise<void> {
  const bodies = new WeakMap<FastifyRequest, Readable>()
  await app.register(async (scope) => {
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser('*', (request, stream, done) => {
      bodies.set(request, stream)
      done(null)
    })
    const handler: RouteHandlerMethod = async (request) => {
      await receive(request.raw, bodies.get(request))
      return 'the application'
    }
    scope.all('/*', handler)
    scope.post(uploadPath, handler)
  })
}

async function listenTo(app: FastifyInstance): Promise<RunningServer> {
  await app.listen({ port: 0, host: '127.0.0.1' })
  const { port } = app.server.address() as AddressInfo // the address of a TCP server is an object
  return { port, close: () => app.close() }
}

/** Every mount for the suites. */
export const mounts = toMounts(
  frameworks,
  recipes,
  async (fastify, recipe, wanted, application) => {
    const app = fastify({ ...recipe.server, forceCloseConnections: true })
    let webhooks: KoyweListeners | undefined
    let payments: KoywePaymentsListeners | undefined
    if (wanted.kind === 'payments') {
      await app.register(koyweWebhooks, { ...wanted.options, secrets: wanted.secrets })
    }
    await recipe.build(app, async (scope, options) => {
      await registerOf(wanted)(scope, options)
      if (wanted.kind !== 'auth callback') webhooks = scope.koywe
      if (wanted.kind === 'payments') payments = scope.koywePayments
    })
    if (application) await addApplication(app, application)
    return { ...(await (recipe.serve ?? listenTo)(app)), webhooks, payments }
  },
)
