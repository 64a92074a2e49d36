import { quote } from './quote.js'

/** What of a request stands in the log. */
interface RequestFacts {
  readonly method: string
  readonly url: string
  readonly headers: { readonly 'content-length'?: string | undefined }
}

/** The end of a sentence about a request that was refused: ` (POST "/webhooks/koywe", Content-Length "312")`. The query, which may hold a token, is left out. */
export function aboutRequest({ method, url, headers }: RequestFacts): string {
  const [path] = url.split('?', 1)
  const length = headers['content-length']
  const size = length === undefined ? 'no Content-Length' : `Content-Length ${quote(length)}`
  return ` (${method} ${quote(path)}, ${size})`
}

/** The end of a sentence about an event that was verified: ` (event "crypto_delivered", order "o-1", delivery 5f3c…)`. */
export function aboutDelivery(
  event: { readonly eventName: unknown; readonly orderId?: unknown },
  deliveryId: string | undefined,
): string {
  const facts = [`event ${quote(event.eventName)}`]
  if (event.orderId !== undefined) facts.push(`order ${quote(event.orderId)}`)
  if (deliveryId !== undefined) facts.push(`delivery ${deliveryId}`)
  return ` (${facts.join(', ')})`
}
