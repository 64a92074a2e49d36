import type { IncomingHttpHeaders } from 'node:http'
import { KoyweError } from './errors.js'
import { checkNotPayments } from './payload.js'
import type { SignedBody, Verifier } from './signature.js'

/**
 * Checks that Koywe signed the body, and returns the index of the secret that it used.
 *
 * @throws {KoyweError} `missing_signature`, `invalid_signature`, with the likely cause; `invalid_payload` when
 * `signature` is no string; `payments_webhook` when the body is one of the other API.
 */
export function authenticate(
  signed: SignedBody,
  verifier: Verifier,
  headers: IncomingHttpHeaders,
): number {
  const { payload, text, signature } = signed
  if (signature === undefined || signature === null || signature === '') {
    checkNotPayments(payload, headers)
    throw new KoyweError(
      'missing_signature',
      'The body has no `signature`. Koywe signs only when a secret was given at registration (updateWebhook): give one there.',
    )
  }
  if (typeof signature !== 'string') {
    throw new KoyweError('invalid_payload', 'The field `signature` is not a string.')
  }
  const secretIndex = verifier.verify(text, signature)
  if (secretIndex >= 0) return secretIndex
  throw new KoyweError('invalid_signature', verifier.explain(signed, headers['content-length']))
}
