import type { IncomingMessage, ServerResponse } from 'node:http'
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

/** What is used of Express's request: the same in Express 4 and 5. */
export type ExpressRequest = IncomingMessage & {
  readonly originalUrl: string
  readonly baseUrl: string
  readonly path: string
  readonly route?: { readonly stack: readonly { readonly handle: unknown }[] }
  readonly body?: unknown
  readonly rawBody?: unknown
}

/** Express middleware that can also stand on a route. */
export type ExpressHandler = (
  request: ExpressRequest,
  response: ServerResponse,
  next: (error?: unknown) => void,
) => void

/** Settings of {@link koyweWebhooks}. */
export interface ExpressWebhooksOptions extends KoyweWebhooksOptions, MountOptions {}

/**
 * Express middleware for Koywe's webhooks, and the emitter of their events in one.
 * Mounted bare it answers `POST /webhooks/koywe`; mounted on a path or a route it answers there. Everything else it passes on untouched.
 *
 * @param source The webhook's secret, several while they are rotated, or a receiver made by `createKoyweWebhooks`.
 * @throws {TypeError} when a secret is missing or blank, or an option is wrong.
 */
export function koyweWebhooks(
  source: Secrets | KoyweWebhooks,
  options: ExpressWebhooksOptions = {},
): ExpressHandler & KoyweReceiver {
  const webhooks = toKoyweWebhooks(source, options)
  return withReceiver(toMiddleware(webhooks, options.path, '/webhooks/koywe'), webhooks)
}

/** Settings of {@link koyweAuthCallback}. */
export interface ExpressAuthCallbackOptions extends KoyweAuthCallbackOptions, MountOptions {}

/**
 * Express handler for Koywe's question whether a user may operate: on a route, or as middleware that answers `POST /koywe/auth`.
 *
 * @throws {TypeError} when `auth` or `isAllowed` is missing, or an option is wrong.
 */
export function koyweAuthCallback(options: ExpressAuthCallbackOptions): ExpressHandler {
  return toMiddleware(createKoyweAuthCallback(options), options.path, '/koywe/auth')
}

function toMiddleware(
  handler: HttpHandler,
  path: string | undefined,
  defaultPath: string,
): ExpressHandler {
  const isOurs = createMatcher(path, defaultPath)

  return function middleware(request, response, next) {
    if (!isOurs(request.method ?? '', request.path, () => isMounted(request, middleware))) {
      next()
      return
    }
    respond(handler, request, response).catch(next)
  }
}

/** Express keeps the last matched route on the request, so it must be one that holds this handler. */
function isMounted(request: ExpressRequest, handler: ExpressHandler): boolean {
  if (request.baseUrl !== '' && request.path === '/') return true
  return request.route?.stack.some((layer) => layer.handle === handler) ?? false
}

async function respond(
  handler: HttpHandler,
  request: ExpressRequest,
  response: ServerResponse,
): Promise<void> {
  const { status, headers, body } = await handler.handle({
    method: request.method ?? '',
    url: request.originalUrl,
    headers: request.headers,
    rawHeaders: request.rawHeaders,
    body: (limit) =>
      readBody({ stream: request, body: request.body, rawBody: request.rawBody }, limit),
  })
  response.writeHead(status, headers).end(body)
}
