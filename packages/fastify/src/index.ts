import type { Readable } from 'node:stream'
import {
  createKoyweAuthCallback,
  type HttpHandler,
  type HttpResponse,
  type KoyweAuthCallbackOptions,
  type KoyweListeners,
  type KoyweWebhooks,
  type KoyweWebhooksOptions,
  type Secrets,
} from '@x/koywe-core'
import {
  authCallbackOptions,
  type BodySource,
  checkOptions,
  checkPath,
  jsonResponse,
  type PathOption,
  readBody,
  sendResponse,
  webhooksOf,
} from '@x/koywe-core/adapter'
import type { FastifyPluginAsync, FastifyReply, FastifyRequest, RegisterOptions } from 'fastify'
import fp from 'fastify-plugin'

export * from '@x/koywe-core'

declare module 'fastify' {
  interface FastifyInstance {
    /** The receiver of Koywe's webhooks that was registered on this instance. */
    koywe: KoyweListeners
  }
}

/**
 * A plugin that fits the `register` of every copy of Fastify's types: Nest's platform brings one of its own, which is not
 * augmented with `koywe`.
 */
export type KoyweFastifyPlugin<Options> = (app: object, options: Options) => Promise<void>

/** What {@link koyweWebhooks} is registered with. Exactly one of `secret`, `secrets` and `webhooks` is given. */
export interface FastifyWebhooksOptions extends KoyweWebhooksOptions, PathOption {
  /** The webhook's secret. */
  readonly secret?: string
  /** Several secrets while they are rotated, the current one first. */
  readonly secrets?: readonly string[]
  /** A receiver made by `createKoyweWebhooks`. Needed for the second one of the same instance. */
  readonly webhooks?: KoyweWebhooks
  /** Where it answers when `path` is not given; with `path`, what stands before it. */
  readonly prefix?: string
}

/** What Fastify itself reads of the options of every plugin. */
type LogOptions = Pick<RegisterOptions, 'logLevel' | 'logSerializers'>
const registerOptions = ['prefix', 'logLevel', 'logSerializers']

const webhooksOptions = Object.keys({
  limit: true,
  timeoutMs: true,
  logger: true,
  dedupe: true,
} satisfies Record<keyof KoyweWebhooksOptions, true>)

const plugin: FastifyPluginAsync<FastifyWebhooksOptions & LogOptions> = async (app, options) => {
  const own = ['secret', 'secrets', 'webhooks', 'path', ...registerOptions]
  checkOptions(options, [...own, ...webhooksOptions], 'koyweWebhooks')
  const { secret, secrets, webhooks, path, prefix, logLevel, logSerializers, ...settings } = options
  const receiver = webhooksOf(chooseSource({ secret, secrets, webhooks }), settings)
  if (!app.hasDecorator('koywe')) {
    app.decorate('koywe', receiver)
  } else if (webhooks === undefined) {
    throw new TypeError(
      '`app.koywe` is taken by a receiver that was registered before. Make this one with createKoyweWebhooks and register ' +
        'it as `{ webhooks: receiver, path }`, or register both in scopes of their own.',
    )
  }
  app.addHook('onClose', () => receiver.idle())
  const url = urlOf(path, prefix, '/webhooks/koywe')
  // This plugin has no scope of its own to which Fastify could have given these.
  await app.register(answerAt(receiver, url, { error: 'handler_failed' }), {
    prefix: prefix ?? '',
    ...(logLevel !== undefined && { logLevel }),
    ...(logSerializers !== undefined && { logSerializers }),
  })
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
export interface FastifyAuthCallbackOptions<Field extends string = 'email'>
  extends KoyweAuthCallbackOptions<Field>,
    PathOption {
  /** Where it answers when `path` is not given; with `path`, what stands before it. */
  readonly prefix?: string
}

const authCallbackPlugin: FastifyPluginAsync<FastifyAuthCallbackOptions & LogOptions> = async (
  app,
  options,
) => {
  checkOptions(options, [...authCallbackOptions, 'path', ...registerOptions], 'koyweAuthCallback')
  const { path, prefix, logLevel, logSerializers, ...settings } = options
  const url = urlOf(path, prefix, '/koywe/auth')
  // Fastify has put the prefix on this scope already.
  await app.register(answerAt(createKoyweAuthCallback(settings), url, false, refuse))
}

/** A plugin whose options may name another field than `email`. */
export type KoyweAuthCallbackPlugin = (<Field extends string>(
  app: object,
  options: FastifyAuthCallbackOptions<Field>,
) => Promise<void>) &
  KoyweFastifyPlugin<FastifyAuthCallbackOptions>

/**
 * Fastify plugin for Koywe's question whether a user may operate. It answers `POST /koywe/auth`, at `prefix` when that
 * is given, or at `path`. With another field, register it as `koyweAuthCallback<'document'>`.
 *
 * @throws {TypeError} when `auth` or `isAllowed` is missing, or an option is wrong.
 */
export const koyweAuthCallback = authCallbackPlugin as KoyweAuthCallbackPlugin // as above

interface Source {
  readonly secret: string | undefined
  readonly secrets: readonly string[] | undefined
  readonly webhooks: KoyweWebhooks | undefined
}

function chooseSource({ secret, secrets, webhooks }: Source) {
  const given = [secret, secrets, webhooks].filter((source) => source !== undefined)
  if (given.length <= 1) return given[0] as Secrets | KoyweWebhooks // the core says what is wrong with undefined
  throw new TypeError('Give only one of `secret`, `secrets` and `webhooks`.')
}

function urlOf(path: string | undefined, prefix: string | undefined, defaultPath: string): string {
  checkPath(path)
  return path ?? (prefix === undefined ? defaultPath : '/')
}

/** Media types that no version of Fastify refuses by itself. */
const wellFormed = /^[\w!#$%&'*+.^`|~-]+\/[\w!#$%&'*+.^`|~-]+(;|$)/

/**
 * A scope of its own, so that the parsers of the application are not touched.
 *
 * @param failure What is answered with status 500 should the handler reject.
 * @param errorHandler Answers when a hook of the application throws; without it, the application's does.
 */
function answerAt(
  handler: HttpHandler,
  url: string,
  failure: unknown,
  errorHandler?: typeof refuse,
): FastifyPluginAsync {
  // Streams that a hook has put in the place of the request. They are no body, which hooks of the application may log.
  const streams = new WeakMap<FastifyRequest, Readable>()

  return async (scope) => {
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser('*', (request, payload, done) => {
      if (payload !== request.raw) streams.set(request, payload)
      const type = request.raw.headers['content-type']
      if (request.headers['content-type'] !== type) setContentType(request, type)
      done(null)
    })
    // Fastify 5 refuses a malformed Content-Type before any parser is asked. What that header means is for the core to say.
    scope.addHook('preParsing', (request, _reply, _payload, done) => {
      const type = request.headers['content-type']
      if (type !== undefined && !wellFormed.test(type)) setContentType(request, undefined)
      done()
    })
    // fastify-raw-body would read the stream at the same time; its own mark keeps it away.
    const options = { config: { rawBody: false }, ...(errorHandler && { errorHandler }) }
    scope.post(url, options, (request, reply) => {
      // Nothing else answers from here on: no serializer, no onSend hook, no error handler, no time limit of the framework.
      reply.hijack()
      const { raw, log } = request
      handler
        .handle({
          method: raw.method ?? '',
          url: request.url,
          headers: raw.headers,
          rawHeaders: raw.rawHeaders,
          logger: log,
          body: (limit) => readBody(sourceOf(request, streams.get(request) ?? raw), limit),
        })
        .then(
          (answer) => send(request, reply, answer),
          (error: unknown) => {
            log.error(error, 'koywe: a request could not be answered.')
            send(request, reply, jsonResponse(500, failure))
          },
        )
    })
  }
}

function setContentType(request: FastifyRequest, type: string | undefined): void {
  request.headers = { ...request.headers, 'content-type': type }
}

/** Parsers in front may be of Fastify, or of Node and Express and leave what they read on Node's request. */
function sourceOf(request: WithRawBody<FastifyRequest>, stream: Readable): BodySource {
  const raw: WithRawBody<FastifyRequest['raw']> & { readonly body?: unknown } = request.raw
  return {
    stream,
    body: request.body ?? raw.body,
    // Plugins decorate every request with an empty one.
    rawBody: request.rawBody || raw.rawBody || undefined,
  }
}

type WithRawBody<T> = T & { readonly rawBody?: unknown }

/** Writes to the socket what neither a hook nor a serializer can change, with the headers that hooks have set. */
function send({ raw }: FastifyRequest, reply: FastifyReply, answer: HttpResponse): void {
  const response = reply.raw
  if (response.headersSent) return
  try {
    const headers = reply.getHeaders()
    for (const name in headers) {
      const value = headers[name as keyof typeof headers] // its own name
      if (value !== undefined) response.setHeader(name, value)
    }
    sendResponse(raw, response, answer)
  } catch (error) {
    // A header that cannot be written. A connection that is cut is no answer, and so no yes.
    reply.log.error(error, 'koywe: an answer could not be written.')
    response.destroy()
  }
}

/** Hooks of the application may refuse a question too, but only with `false`. */
function refuse(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
  reply.hijack()
  reply.log.error(
    error,
    'koywe: a hook refused a question before it was looked at; it was answered with false.',
  )
  send(request, reply, jsonResponse(statusOf(error, reply), false))
}

/** The status that Fastify would answer with. */
function statusOf(error: unknown, reply: FastifyReply): number {
  const { statusCode, status } = (error ?? {}) as { statusCode?: unknown; status?: unknown } // anything can be thrown
  const isError = (code: unknown): code is number =>
    typeof code === 'number' && code >= 400 && code <= 599
  return [reply.statusCode, statusCode, status].find(isError) ?? 500
}
