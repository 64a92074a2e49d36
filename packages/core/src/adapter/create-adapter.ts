import {
  authCallbackOptions,
  createKoyweAuthCallback,
  type KoyweAuthCallbackOptions,
} from '../auth-callback/auth-callback.js'
import type { HttpHandler } from '../http/contract.js'
import { createLog } from '../log/logger.js'
import type { Secrets } from '../ramp/signature.js'
import { defaultPaths } from '../setup/default-paths.js'
import { checkOptions } from '../setup/options.js'
import { createKoywePayments, type KoywePayments } from '../webhooks/koywe-payments.js'
import { createKoyweWebhooks, type KoyweWebhooks } from '../webhooks/koywe-webhooks.js'
import { type KoyweWebhooksOptions, webhooksOptions } from '../webhooks/options.js'
import { createMatcher, type Framework, type Matcher, type PathOption } from './matcher.js'
import { type ListenersOf, receiverOf, withListeners } from './receiver-of.js'

/** Options of an adapter's `koyweWebhooks` and `koywePayments`. */
export interface AdapterWebhooksOptions extends KoyweWebhooksOptions, PathOption {}

/** Options of an adapter's `koyweAuthCallback`. */
export interface AdapterAuthCallbackOptions<Field extends string = 'email'>
  extends KoyweAuthCallbackOptions<Field>,
    PathOption {}

/** Creates the function that decides whether a request is ours, from what the framework shows of it. */
export type CreateIsOurs = <Request>(framework: Framework<Request>) => Matcher<Request>

/** The public functions of an adapter. */
export interface Adapter<Middleware> {
  /** Makes the middleware that answers webhooks, at `/webhooks/koywe` by default. It takes listeners too. */
  koyweWebhooks(
    source: string | readonly string[] | KoyweWebhooks,
    options?: AdapterWebhooksOptions,
  ): Middleware & ListenersOf<KoyweWebhooks>
  /** Makes the middleware that answers webhooks of the Payments API, at `/webhooks/koywe-payments` by default. It takes listeners too. */
  koywePayments(
    source: string | readonly string[] | KoywePayments,
    options?: AdapterWebhooksOptions,
  ): Middleware & ListenersOf<KoywePayments>
  /** Makes the middleware that answers the auth callback, at `/koywe/auth` by default. */
  koyweAuthCallback<Field extends string = 'email'>(
    options: AdapterAuthCallbackOptions<Field>,
  ): Middleware
}

/**
 * Creates the public functions of an adapter for a framework whose middleware sees all requests.
 *
 * @param toMiddleware Wraps a handler for the framework: asks whether a request is ours, and writes the answer.
 */
export function createAdapter<Middleware extends object>(
  toMiddleware: (handler: HttpHandler, createIsOurs: CreateIsOurs) => Middleware,
): Adapter<Middleware> {
  function build(
    handler: HttpHandler,
    { path, logger }: Pick<AdapterWebhooksOptions, 'path' | 'logger'>,
    name: keyof typeof defaultPaths,
  ): Middleware {
    const log = createLog(logger)
    const warn = (sentence: string): void => log.warn(undefined, sentence)
    const middleware = toMiddleware(handler, (framework) =>
      createMatcher({ ...framework, path, defaultPath: defaultPaths[name], warn }),
    )
    return Object.defineProperty(middleware, 'name', { value: uniqueName(name) })
  }

  function receive<Receiver extends KoyweWebhooks | KoywePayments>(
    create: (secrets: Secrets, options: KoyweWebhooksOptions) => Receiver,
    source: Secrets | Receiver,
    options: AdapterWebhooksOptions = {},
    name: keyof typeof defaultPaths,
  ): Middleware & ListenersOf<Receiver> {
    checkWebhooksOptions(options, name)
    const { path, ...settings } = options
    const receiver = receiverOf(create, source, settings)
    return withListeners(build(receiver, options, name), receiver)
  }

  return {
    koyweWebhooks: (source, options) =>
      receive(createKoyweWebhooks, source, options, 'koyweWebhooks'),
    koywePayments: (source, options) =>
      receive(createKoywePayments, source, options, 'koywePayments'),
    koyweAuthCallback(options) {
      checkOptions(options, [...authCallbackOptions, 'path'], 'koyweAuthCallback')
      const { path, ...settings } = options
      return build(createKoyweAuthCallback(settings), options, 'koyweAuthCallback')
    },
  }
}

/** @throws {TypeError} for options that are none; a text is probably the old secret of a rotation. */
function checkWebhooksOptions(options: unknown, name: string): void {
  if (typeof options === 'string') {
    throw new TypeError(
      `The options of ${name} must be an object, not a string. Pass several secrets as a list: ${name}([current, previous]).`,
    )
  }
  checkOptions(options, [...webhooksOptions, 'path'], name)
}

const named = new Map<string, number>()

/** Tracers keep the name of what they wrap, so a unique name identifies the middleware under a wrapper. */
function uniqueName(name: string): string {
  const count = (named.get(name) ?? 0) + 1
  named.set(name, count)
  return count === 1 ? name : `${name}${count}`
}

/** Whether a name belongs to this middleware, or to a wrapper that kept the middleware's name. */
export function isNamedAs(name: unknown, middleware: { readonly name: string }): boolean {
  return typeof name === 'string' && name.endsWith(middleware.name)
}
