import {
  createKoyweAuthCallback,
  createKoywePayments,
  createKoyweWebhooks,
  type KoyweAuthCallbackOptions,
  type KoyweListeners,
  type KoywePayments,
  type KoywePaymentsListeners,
  type KoyweWebhooks,
  type KoyweWebhooksOptions,
} from '@x/koywe-core'
import {
  authCallbackOptions,
  checkOptions,
  checkPath,
  defaultPaths,
  type PathOption,
  receiverOf,
  webhooksOptions,
} from '@x/koywe-core/adapter'
import type { FastifyInstance, FastifyPluginAsync, RegisterOptions } from 'fastify'
import fp from 'fastify-plugin'
import { answerAt, refuse } from './answer-at.js'

export * from '@x/koywe-core'

declare module 'fastify' {
  interface FastifyInstance {
    /** The receiver of Koywe's webhooks that was registered on this instance. */
    koywe: KoyweListeners
    /** The receiver of the Payments API's webhooks that was registered on this instance. */
    koywePayments: KoywePaymentsListeners
  }
}

/**
 * A plugin that type-checks with `register` of every copy of Fastify's types. Nest's platform has its own copy, which is not
 * augmented with `koywe` and `koywePayments`.
 */
export type KoyweFastifyPlugin<Options> = (app: object, options: Options) => Promise<void>

/** Exactly one of the properties. */
type OneOf<Properties> = {
  [Name in keyof Properties]: Pick<Properties, Name> & {
    readonly [Other in Exclude<keyof Properties, Name>]?: undefined
  }
}[keyof Properties]

/** The options of both receivers. */
interface ReceiverOptions extends KoyweWebhooksOptions, PathOption {
  /** The path to answer at when `path` is not set; otherwise the prefix of `path`. */
  readonly prefix?: string
}

interface SecretOptions {
  /** The webhook's secret. */
  readonly secret: string
  /** The secrets during a rotation, the current one first. */
  readonly secrets: readonly string[]
}

interface WebhooksSources extends SecretOptions {
  /** A receiver made by `createKoyweWebhooks`. Required for the second receiver of an instance. */
  readonly webhooks: KoyweWebhooks
}

interface PaymentsSources extends SecretOptions {
  /** A receiver made by `createKoywePayments`. Required for the second receiver of an instance. */
  readonly payments: KoywePayments
}

/** Options of {@link koyweWebhooks}: exactly one of `secret`, `secrets` and `webhooks`, and those of a receiver. */
export type FastifyWebhooksOptions = ReceiverOptions & OneOf<WebhooksSources>

/** Options of {@link koywePayments}: exactly one of `secret`, `secrets` and `payments`, and those of a receiver. */
export type FastifyPaymentsOptions = ReceiverOptions & OneOf<PaymentsSources>

/** Options that Fastify itself reads for every plugin. */
type LogOptions = Pick<RegisterOptions, 'logLevel' | 'logSerializers'>
const registerOptions = ['prefix', 'logLevel', 'logSerializers']

const plugin: FastifyPluginAsync<FastifyWebhooksOptions & LogOptions> = async (app, options) => {
  const own = ['secret', 'secrets', 'webhooks', 'path', ...registerOptions]
  checkOptions(options, [...own, ...webhooksOptions], 'koyweWebhooks')
  const { secret, secrets, webhooks, path, prefix, logLevel, logSerializers, ...settings } = options
  const source = chooseSource({ secret, secrets, webhooks })
  await receiveAt(app, receiverOf(createKoyweWebhooks, source, settings), {
    decorator: 'koywe',
    isOwner: webhooks === undefined,
    cure: 'Create this one with createKoyweWebhooks and register it as `{ webhooks: receiver, path }`',
    url: urlOf(path, prefix, defaultPaths.koyweWebhooks),
    scope: { prefix, logLevel, logSerializers },
  })
}

const paymentsPlugin: FastifyPluginAsync<FastifyPaymentsOptions & LogOptions> = async (
  app,
  options,
) => {
  const own = ['secret', 'secrets', 'payments', 'path', ...registerOptions]
  checkOptions(options, [...own, ...webhooksOptions], 'koywePayments')
  const { secret, secrets, payments, path, prefix, logLevel, logSerializers, ...settings } = options
  const source = chooseSource({ secret, secrets, payments })
  await receiveAt(app, receiverOf(createKoywePayments, source, settings), {
    decorator: 'koywePayments',
    isOwner: payments === undefined,
    cure: 'Create this one with createKoywePayments and register it as `{ payments: receiver, path }`',
    url: urlOf(path, prefix, defaultPaths.koywePayments),
    scope: { prefix, logLevel, logSerializers },
  })
}

/** Where a receiver answers, and the decorator it gets if it is the first. */
interface Placement {
  readonly decorator: 'koywe' | 'koywePayments'
  /** It was made for this instance, so that it needs the decorator. */
  readonly isOwner: boolean
  /** How to register another receiver, where the decorator is taken. */
  readonly cure: string
  readonly url: string
  readonly scope: { readonly [Name in keyof RegisterOptions]: RegisterOptions[Name] | undefined }
}

async function receiveAt(
  app: FastifyInstance,
  receiver: KoyweWebhooks | KoywePayments,
  { decorator, isOwner, cure, url, scope }: Placement,
): Promise<void> {
  if (!app.hasDecorator(decorator)) {
    app.decorate(decorator as 'koywe', receiver as KoyweWebhooks) // each plugin passes the decorator of its receiver
  } else if (isOwner) {
    throw new TypeError(
      `\`app.${decorator}\` belongs to a receiver that was registered earlier. ${cure}, or register each in its own scope.`,
    )
  }
  app.addHook('onClose', () => receiver.idle())
  const { prefix = '', logLevel, logSerializers } = scope
  // A plugin has no scope of its own here, so Fastify has not applied these yet.
  await app.register(answerAt(receiver, url, { error: 'handler_failed' }), {
    prefix,
    ...(logLevel !== undefined && { logLevel }),
    ...(logSerializers !== undefined && { logSerializers }),
  })
}

/**
 * Fastify plugin for Koywe's webhooks. It decorates the instance with `koywe`, the emitter of their events, and answers
 * `POST /webhooks/koywe`, or at `prefix` or `path` if one is set. The application's parsers are left alone.
 *
 * @throws {TypeError} when a secret is missing or blank, or an option is wrong; Fastify reports it from `ready()` and `listen()`.
 *
 * @example
 * ```ts
 * import { koyweWebhooks } from '@x/koywe-fastify'
 * import { fastify } from 'fastify'
 *
 * const app = fastify()
 * await app.register(koyweWebhooks, { secret: process.env.KOYWE_WEBHOOK_SECRET ?? '' })
 * app.koywe.on('crypto_delivered', async (event, delivery) => {
 *   console.log(`order ${event.orderId} was delivered`, delivery.id)
 * })
 * await app.listen({ port: 3000 }) // answers POST /webhooks/koywe
 * ```
 */
export const koyweWebhooks = fp(plugin, {
  name: '@x/koywe-fastify',
  fastify: '4.x || 5.x',
}) as KoyweFastifyPlugin<FastifyWebhooksOptions> // `register` only calls it with an instance

export default koyweWebhooks

/**
 * Fastify plugin for the webhooks of Koywe's Payments API. It decorates the instance with `koywePayments`, the emitter of their
 * events, and answers `POST /webhooks/koywe-payments`, or at `prefix` or `path` if one is set. It reads the bytes of the body itself,
 * and the application's parsers are left alone.
 *
 * @throws {TypeError} when a secret is missing or blank, or an option is wrong; Fastify reports it from `ready()` and `listen()`.
 *
 * @example
 * ```ts
 * import { koywePayments } from '@x/koywe-fastify'
 * import { fastify } from 'fastify'
 *
 * const app = fastify()
 * await app.register(koywePayments, { secret: process.env.KOYWE_PAYMENTS_SECRET ?? '' })
 * app.koywePayments.on('order.paid', async (event, delivery) => {
 *   console.log(`order ${event.relationships?.self?.id} was paid`, delivery.id)
 * })
 * await app.listen({ port: 3000 }) // answers POST /webhooks/koywe-payments
 * ```
 */
export const koywePayments = fp(paymentsPlugin, {
  name: '@x/koywe-fastify/payments',
  fastify: '4.x || 5.x',
}) as KoyweFastifyPlugin<FastifyPaymentsOptions> // as above

/** Options of {@link koyweAuthCallback}. */
export interface FastifyAuthCallbackOptions<Field extends string = 'email'>
  extends KoyweAuthCallbackOptions<Field>,
    PathOption {
  /** The path to answer at when `path` is not set; otherwise the prefix of `path`. */
  readonly prefix?: string
}

const authCallbackPlugin: FastifyPluginAsync<FastifyAuthCallbackOptions & LogOptions> = async (
  app,
  options,
) => {
  checkOptions(options, [...authCallbackOptions, 'path', ...registerOptions], 'koyweAuthCallback')
  const { path, prefix, logLevel, logSerializers, ...settings } = options
  const url = urlOf(path, prefix, defaultPaths.koyweAuthCallback)
  // Fastify has already added the prefix to this scope.
  await app.register(answerAt(createKoyweAuthCallback(settings), url, false, refuse))
}

/** A plugin whose options may name a field other than `email`. */
export type KoyweAuthCallbackPlugin = (<Field extends string>(
  app: object,
  options: FastifyAuthCallbackOptions<Field>,
) => Promise<void>) &
  KoyweFastifyPlugin<FastifyAuthCallbackOptions>

/**
 * Fastify plugin for Koywe's authentication callback (may this user operate?). It answers `POST /koywe/auth`, or at `prefix` or
 * `path` if one is set. For another field, register it as `koyweAuthCallback<'document'>`.
 *
 * @throws {TypeError} when `auth` or `isAllowed` is missing, or an option is wrong.
 *
 * @example
 * ```ts
 * import { bearer, koyweAuthCallback } from '@x/koywe-fastify'
 * import { fastify } from 'fastify'
 *
 * const app = fastify()
 * await app.register(koyweAuthCallback, {
 *   auth: bearer(process.env.KOYWE_CALLBACK_TOKEN ?? ''),
 *   isAllowed: async ({ email }) => email === 'maria@example.com', // only a literal true is a yes
 * })
 * await app.listen({ port: 3000 }) // answers POST /koywe/auth
 * ```
 */
export const koyweAuthCallback = authCallbackPlugin as KoyweAuthCallbackPlugin // as above

/** The core explains what is wrong with undefined. */
function chooseSource<Source extends object>(
  sources: Source,
): Exclude<Source[keyof Source], undefined> {
  const given = Object.values(sources).filter((source) => source !== undefined)
  if (given.length <= 1) return given[0]
  const names = Object.keys(sources).map((name) => `\`${name}\``)
  throw new TypeError(`Give only one of ${names.slice(0, -1).join(', ')} and ${names.at(-1)}.`)
}

function urlOf(path: string | undefined, prefix: string | undefined, defaultPath: string): string {
  checkPath(path)
  return path ?? (prefix === undefined ? defaultPath : '/')
}
