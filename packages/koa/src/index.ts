import type { IncomingMessage } from 'node:http'
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
  createMatcher,
  type MountOptions,
  readBody,
  toKoyweWebhooks,
  withReceiver,
} from '@x/koywe-core/adapter'

export * from '@x/koywe-core'

/** What is used of Koa's context: the same in Koa 2 and 3. */
export interface KoaContext {
  readonly method: string
  readonly path: string
  readonly originalUrl: string
  readonly req: IncomingMessage
  readonly request: { readonly body?: unknown; readonly rawBody?: unknown }
  status: number
  body: unknown
  set(headers: { [name: string]: string }): void
  /** Left by koa-mount. */
  readonly mountPath?: unknown
  /** Left by @koa/router: the layers whose path fits, of middleware (without methods) and of routes. */
  readonly matched?: unknown
}

/** Koa middleware that can also stand on a route. */
export type KoaHandler = (context: KoaContext, next: () => Promise<unknown>) => Promise<void>

/** Settings of {@link koyweWebhooks}. */
export interface KoaWebhooksOptions extends KoyweWebhooksOptions, MountOptions {}

/**
 * Koa middleware for Koywe's webhooks, and the emitter of their events in one.
 * Mounted bare it answers `POST /webhooks/koywe`; under koa-mount or on a route it answers there. Everything else it passes on untouched.
 *
 * @param source The webhook's secret, several while they are rotated, or a receiver made by `createKoyweWebhooks`.
 * @throws {TypeError} when a secret is missing or blank, or an option is wrong.
 */
export function koyweWebhooks(
  source: Secrets | KoyweWebhooks,
  options: KoaWebhooksOptions = {},
): KoaHandler & KoyweReceiver {
  const webhooks = toKoyweWebhooks(source, options)
  return withReceiver(toMiddleware(webhooks, options.path, '/webhooks/koywe'), webhooks)
}

/** Settings of {@link koyweAuthCallback}. */
export interface KoaAuthCallbackOptions extends KoyweAuthCallbackOptions, MountOptions {}

/**
 * Koa handler for Koywe's question whether a user may operate: on a route, or as middleware that answers `POST /koywe/auth`.
 *
 * @throws {TypeError} when `auth` or `isAllowed` is missing, or an option is wrong.
 */
export function koyweAuthCallback(options: KoaAuthCallbackOptions): KoaHandler {
  return toMiddleware(createKoyweAuthCallback(options), options.path, '/koywe/auth')
}

function toMiddleware(
  handler: HttpHandler,
  path: string | undefined,
  defaultPath: string,
): KoaHandler {
  const isOurs = createMatcher(path, defaultPath)

  return async function middleware(context, next) {
    if (!isOurs(context.method, context.path, () => isMounted(context, middleware))) {
      await next()
      return
    }
    await respond(handler, context)
  }
}

/** koa-mount and the router leave their marks when they have passed a request on, so each must be about this handler. */
function isMounted(context: KoaContext, handler: KoaHandler): boolean {
  if (context.mountPath !== undefined && context.path === '/') return true
  // The shape that every version of the router gives to its layers.
  const layers = (context.matched ?? []) as readonly RouterLayer[]
  return layers.some(({ methods, stack }) => methods.length > 0 && stack.includes(handler))
}

interface RouterLayer {
  readonly methods: readonly string[]
  readonly stack: readonly unknown[]
}

async function respond(handler: HttpHandler, context: KoaContext): Promise<void> {
  const { req, request } = context
  const { status, headers, body } = await handler.handle({
    method: context.method,
    url: context.originalUrl,
    headers: req.headers,
    rawHeaders: req.rawHeaders,
    body: (limit) => readBody({ stream: req, body: request.body, rawBody: request.rawBody }, limit),
  })
  context.status = status
  context.body = body
  context.set({ ...headers })
}
