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

/** The parts of Koa's context that we use: the same in Koa 2 and 3. */
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
  /** Left by @koa/router: the layers whose path matches, and the path of the one that is running or ran last. */
  readonly matched?: unknown
  readonly routerPath?: unknown
}

/** Koa middleware that can also be a route's handler. */
export type KoaHandler = (context: KoaContext, next: () => Promise<unknown>) => Promise<void>

/** Settings of {@link koyweWebhooks} and {@link koywePayments}. */
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
 * Creates Koa middleware for Koywe's webhooks, which is also the emitter of their events.
 * Mounted without a path it answers `POST /webhooks/koywe`; on a path or a route it answers there. It passes every other request on
 * untouched.
 *
 * The first argument is the webhook's secret, a list of secrets during a rotation, or a receiver made by `createKoyweWebhooks`.
 *
 * @throws {TypeError} when a secret is missing or blank, or an option is wrong.
 *
 * @example
 * ```ts
 * import { koyweWebhooks } from '@x/koywe-koa'
 * import Koa from 'koa'
 *
 * const webhooks = koyweWebhooks(process.env.KOYWE_WEBHOOK_SECRET ?? '')
 * webhooks.on('crypto_delivered', async (event, delivery) => {
 *   console.log(`order ${event.orderId} was delivered`, delivery.id)
 * })
 * new Koa().use(webhooks).listen(3000) // answers POST /webhooks/koywe
 * ```
 */
export const koyweWebhooks: Adapter<KoaHandler>['koyweWebhooks'] = adapter.koyweWebhooks

/**
 * Creates Koa middleware for the webhooks of Koywe's Payments API, which is also the emitter of their events.
 * Mounted without a path it answers `POST /webhooks/koywe-payments`; on a path or a route it answers there. It passes every other
 * request on untouched. Mount it before body parsers, or make them keep the bytes: those are what Koywe signs.
 *
 * The first argument is the secret of the webhook endpoint, a list of secrets during a rotation, or a receiver made by
 * `createKoywePayments`.
 *
 * @throws {TypeError} when a secret is missing or blank, or an option is wrong.
 *
 * @example
 * ```ts
 * import { koywePayments } from '@x/koywe-koa'
 * import Koa from 'koa'
 *
 * const payments = koywePayments(process.env.KOYWE_PAYMENTS_SECRET ?? '')
 * payments.on('order.paid', async (event, delivery) => {
 *   console.log(`order ${event.relationships?.self?.id} was paid`, delivery.id)
 * })
 * new Koa().use(payments).listen(3000) // answers POST /webhooks/koywe-payments
 * ```
 */
export const koywePayments: Adapter<KoaHandler>['koywePayments'] = adapter.koywePayments

/**
 * Creates the Koa handler of Koywe's authentication callback (may this user operate?). Put it on a route, or mount it without a
 * path to answer `POST /koywe/auth`.
 *
 * @throws {TypeError} when `auth` or `isAllowed` is missing, or an option is wrong.
 *
 * @example
 * ```ts
 * import { bearer, koyweAuthCallback } from '@x/koywe-koa'
 * import Koa from 'koa'
 *
 * const authCallback = koyweAuthCallback({
 *   auth: bearer(process.env.KOYWE_CALLBACK_TOKEN ?? ''),
 *   isAllowed: async ({ email }) => email === 'maria@example.com', // only a literal true is a yes
 * })
 * new Koa().use(authCallback).listen(3000) // answers POST /koywe/auth
 * ```
 */
export const koyweAuthCallback: Adapter<KoaHandler>['koyweAuthCallback'] = adapter.koyweAuthCallback

const cure =
  'Mount this middleware before it: app.use(webhooks) goes above app.use(bodyParser()). ' +
  'Or keep the bytes in `ctx.request.rawBody`.'

/** Sets the answer on the context for logging middleware to read; changes made there do not reach the client. */
async function respond(handler: HttpHandler, context: KoaContext): Promise<void> {
  const { req, res, request } = context
  const answer = await handler.handle({
    method: context.method,
    url: context.originalUrl,
    headers: req.headers,
    rawHeaders: req.rawHeaders,
    body: (limit) =>
      readBody({ stream: req, body: request.body, rawBody: request.rawBody }, limit, cure),
  })
  if (res.headersSent || res.writableEnded) return
  context.status = answer.status
  context.respond = false
  sendResponse(req, res, answer)
  context.body = answer.body
}
