import type { IncomingMessage, ServerResponse } from 'node:http'
import type { HttpHandler } from '@x/koywe-core'
import {
  type Adapter,
  type AdapterAuthCallbackOptions,
  type AdapterWebhooksOptions,
  createAdapter,
  readBody,
  sendResponse,
} from '@x/koywe-core/adapter'
import { placeOf } from './place.js'

export * from '@x/koywe-core'

/** What is used of Koa's context: the same in Koa 2 and 3. */
export interface KoaContext {
  readonly method: string
  readonly path: string
  readonly originalUrl: string
  readonly app: object
  readonly req: IncomingMessage
  readonly res: ServerResponse
  /** Parsers add `body` and `rawBody`. */
  readonly request: { readonly method: string; readonly body?: unknown; readonly rawBody?: unknown }
  status: number
  body: unknown
  respond?: boolean | undefined
  /** Left by koa-mount. */
  readonly mountPath?: unknown
  /** Left by @koa/router: the layers whose path fits, and the path of the one that runs or has run last. */
  readonly matched?: unknown
  readonly routerPath?: unknown
}

/** Koa middleware that can also stand on a route. */
export type KoaHandler = (context: KoaContext, next: () => Promise<unknown>) => Promise<void>

/** Settings of {@link koyweWebhooks}. */
export type KoaWebhooksOptions = AdapterWebhooksOptions

/** Settings of {@link koyweAuthCallback}. */
export type KoaAuthCallbackOptions<Field extends string = 'email'> =
  AdapterAuthCallbackOptions<Field>

const adapter: Adapter<KoaHandler> = createAdapter((handler, createIsOurs) => {
  const isOurs = createIsOurs<KoaContext>({
    pathOf: (context) => context.path,
    placeOf: (context) => placeOf(context, middleware),
  })
  async function middleware(context: KoaContext, next: () => Promise<unknown>): Promise<void> {
    if (!isOurs(context.method, context, next)) {
      await next()
      return
    }
    await respond(handler, context)
  }
  return middleware
})

/**
 * Koa middleware for Koywe's webhooks, and the emitter of their events in one.
 * Mounted bare it answers `POST /webhooks/koywe`; under koa-mount or on a route it answers there. Everything else it passes on untouched.
 *
 * The first argument is the webhook's secret, several while they are rotated, or a receiver made by `createKoyweWebhooks`.
 *
 * @throws {TypeError} when a secret is missing or blank, or an option is wrong.
 */
export const koyweWebhooks: Adapter<KoaHandler>['koyweWebhooks'] = adapter.koyweWebhooks

/**
 * Koa handler for Koywe's question whether a user may operate: on a route, or as middleware that answers `POST /koywe/auth`.
 *
 * @throws {TypeError} when `auth` or `isAllowed` is missing, or an option is wrong.
 */
export const koyweAuthCallback: Adapter<KoaHandler>['koyweAuthCallback'] = adapter.koyweAuthCallback

/** The context shows the answer to logging middleware; what it does to it there no longer reaches the client. */
async function respond(handler: HttpHandler, context: KoaContext): Promise<void> {
  const { req, res, request } = context
  const answer = await handler.handle({
    method: context.method,
    url: context.originalUrl,
    headers: req.headers,
    rawHeaders: req.rawHeaders,
    body: (limit) => readBody({ stream: req, body: request.body, rawBody: request.rawBody }, limit),
  })
  if (res.headersSent || res.writableEnded) return
  context.status = answer.status
  context.respond = false
  sendResponse(req, res, answer)
  context.body = answer.body
}
