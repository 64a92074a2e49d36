import { sign, splitBody } from '../ramp/signature.js'
import { checkSecret } from './check-secret.js'

/**
 * Signs a payload and returns the body that Koywe would send: the payload's JSON with `signature` as its last field.
 *
 * @param payload Any JSON object; a `signature` in it is replaced.
 * @throws {TypeError} when the secret is not a string.
 *
 * @example
 * ```ts
 * import { exampleEvents, signEvent } from '@x/koywe-core/testing'
 *
 * const body = signEvent({ ...exampleEvents.crypto_delivered, orderId: 'order-1' }, 'the secret')
 * const headers = { 'content-type': 'application/json' }
 * await fetch('http://127.0.0.1:3000/webhooks/koywe', { method: 'POST', headers, body })
 * ```
 */
export function signEvent(payload: object, secret: string): string {
  checkSecret(secret, 'signEvent(event, secret)')
  // `splitBody` only reads own fields, which every object has.
  const { payload: unsigned, text } = splitBody(payload as Readonly<Record<string, unknown>>)
  return JSON.stringify({ ...unsigned, signature: sign(text, secret) })
}
