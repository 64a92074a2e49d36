import { sign } from '../ramp/signature.js'

/**
 * Signs a body as Koywe's Payments API does: returns the value of the header Koywe-Signature. It covers the bytes, so send exactly
 * this body.
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
  return sign(body, secret)
}
