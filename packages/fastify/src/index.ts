import type { Readable } from 'node:stream'
import {
  createKoyweAuthCallback,
  type HttpHandler,
  type KoyweAuthCallbackOptions,
  type KoyweReceiver,
  type KoyweWebhooks,
  type KoyweWebhooksOptions,
  type Secrets,
} from '@x/koywe-core'
import {
  type BodySource,
  checkPath,
  type MountOptions,
  readBody,
  toKoyweWebhooks,
} from '@x/koywe-core/adapter'
import type { FastifyPluginAsync, FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'

export * from '@x/koywe-core'

declare module 'fastify' {
  interface FastifyInstance {
    /** The receiver of Koywe's webhooks that was registered on this instance. */
    koywe: KoyweReceiver
  }
}

/**
 * A plugin that fits the `register` of every copy of Fastify's types: Nest's platform brings one of its own, which is not
 * augmented with `koywe`.
 */
export type KoyweFastifyPlugin<Options> = (app: object, options: Options) => Promise<void>

/** What {@link koyweWebhooks} is registered with. Exactly one of `secret`, `secrets` and `webhooks` is given. */
export interface FastifyWebhooksOptions extends KoyweWebhooksOptions, MountOptions {
  /** The webhook's secret. */
  readonly secret?: string
  /** Several secrets while they are rotated, the current one first. */
  readonly secrets?: readonly string[]
  /** A receiver made by `createKoyweWebhooks`. Needed for the second one of the same instance. */
  readonly webhooks?: KoyweWebhooks
  /** Where it answers when `path` is not given; with `path`, what stands before it. */
  readonly prefix?: string
}

const plugin: FastifyPluginAsync<FastifyWebhooksOptions> = async (app, options) => {
  const receiver = toKoyweWebhooks(chooseSource(options), options)
  if (!app.hasDecorator('koywe')) {
    app.decorate('koywe', receiver)
  } else if (options.webhooks === undefined) {
    throw new TypeError(
      '`app.koywe` is taken by a receiver that was registered before. Make this one with createKoyweWebhooks and register ' +
        'it as `{ webhooks: receiver, path }`, or register both in scopes of their own.',
    )
  }
  app.addHook('onClose', () => receiver.idle())
  const { path, prefix } = options
  await app.register(answerAt(receiver, path, prefix, '/webhooks/koywe'), { prefix: prefix ?? '' })
}

/**
 * Fastify plugin for Koywe's webhooks. It decorates the instance with `koywe`, the emitter of their events, and answers
 * `POST /webhooks/koywe`, at `prefix` when that is given, or at `path`. The parsers of the application stay as they are.
 *
 * @throws {TypeError} when a secret is missing or blank, or an option is wrong; Fastify reports it from `ready()` and `listen()`.
 */
export const koyweWebhooks = fp(plugin, {
  name: '@x/koywe-fastify',
  fastify: '4.x || 5.x',
}) as KoyweFastifyPlugin<FastifyWebhooksOptions> // `register` calls it with nothing but an instance

export default koyweWebhooks

/** What {@link koyweAuthCallback} is registered with. */
export interface FastifyAuthCallbackOptions extends KoyweAuthCallbackOptions, MountOptions {
  /** Where it answers when `path` is not given; with `path`, what stands before it. */
  readonly prefix?: string
}

const authCallbackPlugin: FastifyPluginAsync<FastifyAuthCallbackOptions> = async (app, options) => {
  const { path, prefix } = options
  // Fastify has put the prefix on this scope already.
  await app.register(answerAt(createKoyweAuthCallback(options), path, prefix, '/koywe/auth'))
}

/**
 * Fastify plugin for Koywe's question whether a user may operate. It answers `POST /koywe/auth`, at `prefix` when that
 * is given, or at `path`.
 *
 * @throws {TypeError} when `auth` or `isAllowed` is missing, or an option is wrong.
 */
export const koyweAuthCallback =
  authCallbackPlugin as KoyweFastifyPlugin<FastifyAuthCallbackOptions> // as above

function chooseSource({ secret, secrets, webhooks }: FastifyWebhooksOptions) {
  const given = [secret, secrets, webhooks].filter((source) => source !== undefined)
  if (given.length <= 1) return given[0] as Secrets | KoyweWebhooks // the core says what is wrong with undefined
  throw new TypeError('Give only one of `secret`, `secrets` and `webhooks`.')
}

/** A scope of its own, so that the parsers of the application are not touched. */
function answerAt(
  handler: HttpHandler,
  path: string | undefined,
  prefix: string | undefined,
  defaultPath: string,
): FastifyPluginAsync {
  checkPath(path)
  const url = path ?? (prefix === undefined ? defaultPath : '/')
  // Kept beside the request and not as its body, which hooks of the application may log.
  const streams = new WeakMap<FastifyRequest, Readable>()

  return async (scope) => {
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser('*', (request, payload, done) => {
      streams.set(request, payload)
      done(null)
    })
    // fastify-raw-body would read the stream at the same time; its own mark keeps it away.
    const config = { rawBody: false }
    scope.post(url, { config }, async (request, reply) => {
      const { status, headers, body } = await handler.handle({
        method: request.method,
        url: request.url,
        headers: request.headers,
        rawHeaders: request.raw.rawHeaders,
        logger: request.log,
        body: (limit) => readBody(sourceOf(request, streams.get(request) ?? request.raw), limit),
      })
      return reply.code(status).headers(headers).send(body)
    })
  }
}

/** `body` and `rawBody` are there only when a hook of the application has set them. */
function sourceOf(
  request: FastifyRequest & { readonly rawBody?: unknown },
  stream: Readable,
): BodySource {
  return { stream, body: request.body ?? undefined, rawBody: request.rawBody }
}
