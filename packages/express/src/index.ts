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
import { pathOf, placeOf } from './place.js'

export * from '@x/koywe-core'

/** The parts of Express's request that we read: the same in Express 4 and 5. Connect and middie provide fewer. */
export type ExpressRequest = IncomingMessage & {
  readonly originalUrl?: string | undefined
  readonly baseUrl?: string | undefined
  readonly path?: string | undefined
  readonly params?: object | undefined
  readonly app?: unknown
  readonly next?: unknown
  readonly route?:
    | {
        readonly path?: unknown
        readonly stack: readonly { readonly handle: unknown; readonly name: unknown }[]
      }
    | undefined
  readonly body?: unknown
  readonly rawBody?: unknown
}

/** Express middleware that can also be a route's handler. */
export type ExpressHandler = (
  request: ExpressRequest,
  response: ServerResponse,
  next: (error?: unknown) => void,
) => void

/** Settings of {@link koyweWebhooks} and {@link koywePayments}. */
export type ExpressWebhooksOptions = AdapterWebhooksOptions

/** Settings of {@link koyweAuthCallback}. */
export type ExpressAuthCallbackOptions<Field extends string = 'email'> =
  AdapterAuthCallbackOptions<Field>

const adapter: Adapter<ExpressHandler> = createAdapter((handler, createIsOurs) => {
  const isOurs = createIsOurs<ExpressRequest>({
    pathOf: (request) => pathOf(request, middleware),
    placeOf: (request, next) => placeOf(request, next, middleware),
  })
  function middleware(
    request: ExpressRequest,
    response: ServerResponse,
    next: (error?: unknown) => void,
  ): void {
    if (!isOurs(request.method ?? '', request, next)) {
      next()
      return
    }
    respond(handler, request, response).catch(next)
  }
  return middleware
})

/**
 * Creates Express middleware for Koywe's webhooks, which is also the emitter of their events.
 * Mounted without a path it answers `POST /webhooks/koywe`; on a path or a route it answers there. It passes every other request on
 * untouched.
 *
 * The first argument is the webhook's secret, a list of secrets during a rotation, or a receiver made by `createKoyweWebhooks`.
 *
 * @throws {TypeError} when a secret is missing or blank, or an option is wrong.
 *
 * @example
 * ```ts
 * import { koyweWebhooks } from '@x/koywe-express'
 * import express from 'express'
 *
 * const webhooks = koyweWebhooks(process.env.KOYWE_WEBHOOK_SECRET ?? '')
 * webhooks.on('crypto_delivered', async (event, delivery) => {
 *   console.log(`order ${event.orderId} was delivered`, delivery.id)
 * })
 * express().use(webhooks).listen(3000) // answers POST /webhooks/koywe
 * ```
 */
export const koyweWebhooks: Adapter<ExpressHandler>['koyweWebhooks'] = adapter.koyweWebhooks

/**
 * Creates Express middleware for the webhooks of Koywe's Payments API, which is also the emitter of their events.
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
 * import { koywePayments } from '@x/koywe-express'
 * import express from 'express'
 *
 * const payments = koywePayments(process.env.KOYWE_PAYMENTS_SECRET ?? '')
 * payments.on('order.paid', async (event, delivery) => {
 *   console.log(`order ${event.relationships?.self?.id} was paid`, delivery.id)
 * })
 * express().use(payments).listen(3000) // answers POST /webhooks/koywe-payments
 * ```
 */
export const koywePayments: Adapter<ExpressHandler>['koywePayments'] = adapter.koywePayments

/**
 * Creates the Express handler of Koywe's authentication callback (may this user operate?). Put it on a route, or mount it without a
 * path to answer `POST /koywe/auth`.
 *
 * @throws {TypeError} when `auth` or `isAllowed` is missing, or an option is wrong.
 *
 * @example
 * ```ts
 * import { bearer, koyweAuthCallback } from '@x/koywe-express'
 * import express from 'express'
 *
 * const authCallback = koyweAuthCallback({
 *   auth: bearer(process.env.KOYWE_CALLBACK_TOKEN ?? ''),
 *   isAllowed: async ({ email }) => email === 'maria@example.com', // only a literal true is a yes
 * })
 * express().post('/koywe/auth', authCallback).listen(3000)
 * ```
 */
export const koyweAuthCallback: Adapter<ExpressHandler>['koyweAuthCallback'] =
  adapter.koyweAuthCallback

const cure =
  'Mount this middleware before it, or make it keep the bytes in `rawBody`: ' +
  'express.json({ verify: (req, _res, bytes) => { req.rawBody = bytes } }). In Nest: NestFactory.create(AppModule, { rawBody: true }).'

async function respond(
  handler: HttpHandler,
  request: ExpressRequest,
  response: ServerResponse,
): Promise<void> {
  const answer = await handler.handle({
    method: request.method ?? '',
    url: request.originalUrl ?? request.url ?? '',
    headers: request.headers,
    rawHeaders: request.rawHeaders,
    body: (limit) =>
      readBody({ stream: request, body: request.body, rawBody: request.rawBody }, limit, cure),
  })
  sendResponse(request, response, answer)
}
