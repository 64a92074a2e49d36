import type { IncomingHttpHeaders } from 'node:http'
import { KoyweError } from '../errors.js'
import type { Body } from '../http/contract.js'
import { parseBody } from '../http/json-object.js'
import type { Refusal } from '../http/refusal.js'
import { type Signed, type SignedBody, splitBody, type Verifier } from '../ramp/signature.js'
import { explainMismatch } from '../ramp/verify-signature.js'

/**
 * Checks that the header Koywe-Signature is the signature of the body's bytes, and returns those (or the text that they were decoded
 * to) with the index of the secret that made it.
 * A body that Koywe did not sign is parsed only to recognise, in a refusal, a webhook of the ramp API.
 *
 * @throws {KoyweError} `body_consumed` when a parser has kept a value, or a text that is not what came.
 */
export function verifyHeader(
  body: Body,
  headers: IncomingHttpHeaders,
  verifier: Verifier,
  limit: number,
): { readonly received: Signed; readonly secretIndex: number } | Refusal {
  // Platforms that are not Node may give a list.
  const signature = String(headers['koywe-signature'] ?? '')
  if (signature === '') {
    const ramp = asRamp(body, limit)
    const code = typeof ramp.payload.eventName === 'string' ? 'ramp_webhook' : 'missing_signature'
    const hint = () => (verifier.verify(ramp.text, ramp.signature) >= 0 ? signedInBody : '')
    return { code, sentence: () => unsigned[code] + hint() }
  }
  if ('value' in body) throw bytesAreLost('only the parsed value', body.cure)
  const received = 'text' in body ? body.text : body.bytes
  const secretIndex = verifier.verify(received, signature)
  if (secretIndex >= 0) return { received, secretIndex }
  const length = headers['content-length']
  const isChanged = length !== undefined && Number(length) !== Buffer.byteLength(received)
  if ('text' in body && (isChanged || body.text.includes('\ufffd'))) {
    throw bytesAreLost('a text that is not byte for byte what came', body.cure)
  }
  const place = `header Koywe-Signature${signature.includes(',') ? ', which came more than once,' : ''}`
  const cause = (bare: string) => {
    const ramp = asRamp(body, limit)
    if (verifier.verify(ramp.text, bare) >= 0) {
      return 'The signature covers the body as JSON.stringify writes it, and not the bytes that came: sign the bytes that are sent, or find what rewrites the body on the way.'
    }
    if (verifier.verify(ramp.text, ramp.signature) >= 0) {
      return 'Your secret made the `signature` in the body, which is how the ramp API signs, but not the one in the header. Receive ramp webhooks with koyweWebhooks.'
    }
    return isChanged
      ? 'The body has another length than its Content-Length: something modified it on the way. Mount this middleware before that.'
      : undefined
  }
  const sentence = () => explainMismatch(place, received, signature, verifier, cause)
  return { code: 'invalid_signature', sentence }
}

function bytesAreLost(kept: string, cure = 'Mount this middleware before it.'): KoyweError {
  return new KoyweError(
    'body_consumed',
    `A body parser in front has kept ${kept}, but Koywe's Payments API signs the bytes of the body. ${cure}`,
  )
}

/** The body as the ramp API signs it; an empty one where it is no JSON object. */
function asRamp(body: Body, limit: number): SignedBody {
  try {
    return splitBody(parseBody(body, limit).object)
  } catch {
    return splitBody({})
  }
}

/** What is said of a request without the header. */
const unsigned = {
  ramp_webhook:
    "This is a webhook of Koywe's ramp API (it has an `eventName`, and no Koywe-Signature header). This middleware is for the Payments API. Receive ramp webhooks with koyweWebhooks (or createKoyweWebhooks), at a URL of their own.",
  missing_signature:
    "There is no Koywe-Signature header, in which the Payments API sends the signature of the body's bytes. Either Koywe did not send this, or something on the way has removed the header.",
}
const signedInBody =
  ' Your secret made the `signature` in the body, which is how the ramp API signs.'
