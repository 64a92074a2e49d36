import { quote } from './quote.js'

/** The parts of a request that the log shows. */
interface RequestFacts {
  readonly method: string
  readonly url: string
  readonly headers: { readonly 'content-length'?: string | undefined }
}

/** Ends a log line about a refused request: ` (POST "/webhooks/koywe", Content-Length "312")`. Omits the query, which may contain a token. */
export function aboutRequest({ method, url, headers }: RequestFacts): string {
  const [path] = url.split('?', 1)
  const length = headers['content-length']
  const size = length === undefined ? 'no Content-Length' : `Content-Length ${quote(length)}`
  return ` (${method} ${quote(path)}, ${size})`
}

/** Ends a log line about a verified event: ` (event "crypto_delivered", order "o-1", delivery 5f3c…)`. */
export function aboutDelivery(
  event: { readonly eventName: unknown; readonly orderId?: unknown },
  deliveryId: string | undefined,
): string {
  const facts = [`event ${quote(event.eventName)}`]
  if (event.orderId !== undefined) facts.push(`order ${quote(event.orderId)}`)
  const isPlain = /^[\w-]{1,64}$/.test(deliveryId ?? '') // a digest, a UUID, or an id such as `evt_1`
  if (deliveryId !== undefined) facts.push(`delivery ${isPlain ? deliveryId : quote(deliveryId)}`)
  return ` (${facts.join(', ')})`
}
