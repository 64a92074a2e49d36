import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import type { Mount, Refusal, RunningServer } from '@x/koywe-conformance'
import type { MountOptions } from '@x/koywe-core/adapter'
import fastify5, { type FastifyInstance, type FastifyServerOptions } from 'fastify'
import rawBody from 'fastify-raw-body'
import fastify4 from 'fastify4'
import { type KoyweReceiver, koyweAuthCallback, koyweWebhooks } from '../src/index.js'

/** Both majors; Fastify 4 is used through the types of 5, which describe what these tests use of it as well. */
export const frameworks: readonly (readonly [string, MakeApp])[] = [
  ['fastify 4', fastify4 as unknown as MakeApp],
  ['fastify 5', (options) => fastify5(options)],
]

type MakeApp = (options: FastifyServerOptions) => FastifyInstance

interface Recipe {
  readonly name: string
  /** Where it answers, when that is not its own default path. */
  readonly path?: string
  /** What stands before its own default path. */
  readonly prefix?: string
  readonly parser?: readonly Refusal[]
  /** Needed where a plugin is made for Fastify 5 only. */
  readonly only?: string
  readonly server?: FastifyServerOptions
  build(app: FastifyInstance, register: Register): Promise<void>
}

/** Registers the plugin under test, in the scope and with the options that the recipe wants. */
type Register = (
  scope: FastifyInstance,
  options?: MountOptions & { prefix?: string },
) => Promise<void>

const recipes: readonly Recipe[] = [
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
    name: 'where the application has replaced the JSON parser',
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
    name: 'with a hook that hands on a copy of the body',
    build: async (app, register) => {
      app.addHook('preParsing', async (_request, _reply, payload) => Readable.from(payload))
      return register(app)
    },
  },
  {
    name: 'with hooks that take their time and a logging one',
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
    name: 'with a hook that has kept the bytes in rawBody',
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

/** Every mount that the suites play. */
export const mounts: readonly Mount[] = frameworks.flatMap(([framework, fastify]) =>
  recipes
    .filter(({ only }) => only === undefined || only === framework)
    .map(({ name, path, prefix = '', parser, server, build }): Mount => {
      async function start(register: Register): Promise<RunningServer> {
        const app = fastify({ ...server, forceCloseConnections: true })
        await build(app, register)
        await app.listen({ port: 0, host: '127.0.0.1' })
        const { port } = app.server.address() as AddressInfo // a TCP server's address is an object
        return { port, close: () => app.close() }
      }
      return {
        name: `${framework}, ${name}`,
        framework,
        pathOf: (defaultPath) => path ?? prefix + defaultPath,
        parser,
        async startWebhooks(secrets, options) {
          let webhooks: KoyweReceiver | undefined
          const running = await start(async (scope, mount) => {
            await scope.register(koyweWebhooks, { ...options, ...mount, secrets })
            webhooks = scope.koywe
          })
          if (webhooks === undefined) throw new Error('the recipe has registered nothing')
          return { ...running, webhooks }
        },
        startAuthCallback: (options) =>
          start(async (scope, mount) => {
            await scope.register(koyweAuthCallback, { ...options, ...mount })
          }),
      }
    }),
)
