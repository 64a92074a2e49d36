import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import type { Refusal, WebhookMount } from '@x/koywe-conformance'
import fastify5, { type FastifyInstance, type FastifyServerOptions } from 'fastify'
import rawBody from 'fastify-raw-body'
import fastify4 from 'fastify4'
import {
  createKoyweWebhooks,
  type FastifyWebhooksOptions,
  type KoyweReceiver,
  koyweWebhooks,
} from '../src/index.js'

/** Both majors; Fastify 4 is used through the types of 5, which describe what these tests use of it as well. */
export const frameworks: readonly (readonly [string, MakeApp])[] = [
  ['fastify 4', fastify4 as unknown as MakeApp],
  ['fastify 5', (options) => fastify5(options)],
]

type MakeApp = (options: FastifyServerOptions) => FastifyInstance

interface Recipe {
  readonly name: string
  readonly path?: string
  readonly parser?: readonly Refusal[]
  /** Needed where a plugin is made for Fastify 5 only. */
  readonly only?: string
  readonly server?: FastifyServerOptions
  build(app: FastifyInstance, options: FastifyWebhooksOptions): Promise<KoyweReceiver>
}

async function register(
  app: FastifyInstance,
  options: FastifyWebhooksOptions,
): Promise<KoyweReceiver> {
  await app.register(koyweWebhooks, options)
  return app.koywe
}

const recipes: readonly Recipe[] = [
  { name: 'registered plainly', build: register },
  {
    name: 'with a prefix',
    path: '/hooks/koywe',
    build: (app, options) => register(app, { ...options, prefix: '/hooks/koywe' }),
  },
  {
    name: 'with the option path',
    path: '/in/koywe',
    build: (app, options) => register(app, { ...options, path: '/in/koywe' }),
  },
  {
    name: 'with a prefix and the option path',
    path: '/api/in/koywe',
    build: (app, options) => register(app, { ...options, prefix: '/api', path: '/in/koywe' }),
  },
  {
    name: 'in a scope with a prefix',
    path: '/api/webhooks/koywe',
    build: async (app, options) => {
      let webhooks: KoyweReceiver | undefined
      const scope = async (inner: FastifyInstance) => {
        webhooks = await register(inner, options)
      }
      await app.register(scope, { prefix: '/api' })
      return webhooks ?? app.koywe
    },
  },
  {
    name: 'as a receiver made elsewhere',
    build: async (app, { secrets, ...options }) => {
      return register(app, { webhooks: createKoyweWebhooks(secrets ?? [], options) })
    },
  },
  {
    name: 'where the application has replaced the JSON parser',
    build: async (app, options) => {
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
      return register(app, options)
    },
  },
  {
    name: 'with fastify-raw-body for every route',
    only: 'fastify 5',
    build: async (app, options) => {
      await app.register(rawBody, { runFirst: true })
      return register(app, options)
    },
  },
  {
    name: 'with a small global bodyLimit',
    server: { bodyLimit: 64 },
    build: register,
  },
  {
    name: 'with coercing validation and trailing slashes ignored',
    server: {
      ajv: { customOptions: { coerceTypes: 'array', removeAdditional: 'all', useDefaults: true } },
      ignoreTrailingSlash: true,
    },
    build: register,
  },
  {
    name: 'with a hook that hands on a copy of the body',
    build: async (app, options) => {
      app.addHook('preParsing', async (_request, _reply, payload) => Readable.from(payload))
      return register(app, options)
    },
  },
  {
    name: 'with hooks that take their time and a logging one',
    build: async (app, options) => {
      app.addHook('onRequest', () => new Promise((resolve) => setImmediate(resolve)))
      app.addHook('preValidation', () => new Promise((resolve) => setImmediate(resolve)))
      app.addHook('preHandler', async (request) => {
        JSON.stringify(request.body)
      })
      return register(app, options)
    },
  },
  {
    name: 'with a hook that has kept the bytes in rawBody',
    parser: [],
    build: async (app, options) => {
      app.addHook('onRequest', async (request) => {
        if (request.method !== 'POST') return
        const chunks: Buffer[] = []
        for await (const chunk of request.raw) chunks.push(chunk)
        Object.assign(request, { rawBody: Buffer.concat(chunks) })
      })
      return register(app, options)
    },
  },
]

/** Every mount that the suite plays. */
export const mounts: readonly WebhookMount[] = frameworks.flatMap(([framework, fastify]) =>
  recipes
    .filter(({ only }) => only === undefined || only === framework)
    .map(
      (recipe): WebhookMount => ({
        name: `${framework}, ${recipe.name}`,
        path: recipe.path ?? '/webhooks/koywe',
        parser: recipe.parser,
        async start(secrets, options) {
          const app = fastify({ ...recipe.server, forceCloseConnections: true })
          const webhooks = await recipe.build(app, { ...options, secrets })
          await app.listen({ port: 0, host: '127.0.0.1' })
          const { port } = app.server.address() as AddressInfo // a TCP server's address is an object
          return { port, webhooks, close: () => app.close() }
        },
      }),
    ),
)
