import { sign } from '../ramp/signature.js'
import type { DeliveryRequest } from './bad-deliveries.js'
import { checkSecret } from './check-secret.js'

/**
 * Signs a body as Koywe's Payments API does: returns the value of the header Koywe-Signature. It covers the bytes, so send exactly
 * this body.
 *
 * @throws {TypeError} when the secret is not a string.
 *
 * @example
 * ```ts
 * import { examplePaymentsEvents, signPayments } from '@x/koywe-core/testing'
 *
 * const body = JSON.stringify(examplePaymentsEvents['order.paid'])
 * const headers = { 'content-type': 'application/json', 'koywe-signature': signPayments(body, 'the secret') }
 * await fetch('http://127.0.0.1:3000/webhooks/koywe-payments', { method: 'POST', headers, body })
 * ```
 */
export function signPayments(body: string | Uint8Array, secret: string): string {
  checkSecret(secret, 'signPayments(body, secret)')
  return sign(body, secret)
}

/** Makes the request by which Koywe's Payments API delivers a body: JSON, with the signature of these bytes in the header. */
export function signedPaymentsRequest(body: string | Uint8Array, secret: string): DeliveryRequest {
  const signature = signPayments(body, secret)
  return { headers: { 'content-type': 'application/json', 'koywe-signature': signature }, body }
}
