import type { IncomingHttpHeaders } from 'node:http'
import { KoyweError } from '../errors.js'
import type { JsonObject, ParsedBody } from '../http/json-object.js'
import type { Refusal } from '../http/refusal.js'
import { checkNotPayments } from './fields.js'
import { isSignature, type SignedBody, splitBody, type Verifier } from './signature.js'

/** A body that Koywe signed. */
export interface VerifiedBody {
  /** Exactly what `JSON.parse(text)` gives. */
  readonly payload: SignedBody['payload']
  /** The text that was signed. */
  readonly text: string
  /** The index of the secret that made the signature. */
  readonly secretIndex: number
}

/**
 * Checks that Koywe signed the body. A wrong signature is a {@link Refusal} with code `invalid_signature`, whose sentence names
 * the likely cause.
 *
 * @throws {KoyweError} `missing_signature`; `invalid_payload` when `signature` is not a string; `payments_webhook` when the
 * body is from the Payments API; `invalid_json` when a parsed value has no JSON form.
 */
export function verifySignature(
  body: ParsedBody,
  verifier: Verifier,
  headers: IncomingHttpHeaders,
): VerifiedBody | Refusal {
  checkSignatureField(body.object, headers)
  const signed = splitBody(body.object)
  const secretIndex = verifier.verify(signed.text, signed.signature)
  if (secretIndex < 0) {
    return {
      code: 'invalid_signature',
      sentence: () => explain(body, signed, verifier, headers['content-length']),
    }
  }
  const isExact = body.text !== undefined && hasNoNumber(signed.payload)
  const payload = isExact ? signed.payload : JSON.parse(signed.text)
  return { payload, text: signed.text, secretIndex }
}

function checkSignatureField(object: ParsedBody['object'], headers: IncomingHttpHeaders): void {
  const { signature } = object
  if (signature === undefined || signature === null || signature === '') {
    checkNotPayments(object, headers)
    throw new KoyweError(
      'missing_signature',
      'The body has no `signature`. Koywe signs only if a secret was registered with the webhook: register one (updateWebhook).',
    )
  }
  if (typeof signature !== 'string') {
    throw new KoyweError('invalid_payload', 'The field `signature` is not a string.')
  }
}

/**
 * Whether a payload parsed from text is flat and has no numbers, as Koywe's are. Then it equals what its JSON parses to; different
 * numbers can serialise to the same text: 1e999 becomes null, and -0 becomes 0.
 */
function hasNoNumber(payload: JsonObject): boolean {
  for (const name in payload) {
    const value = payload[name]
    if (typeof value === 'number' || (typeof value === 'object' && value !== null)) return false
  }
  return true
}

/** Explains why a signature does not match, as far as possible. Contains no secret and no digest. */
function explain(
  { text: received }: ParsedBody,
  { payload, text, signature }: SignedBody,
  verifier: Verifier,
  contentLength: string | undefined,
): string {
  if (!isSignature(signature.toLowerCase())) {
    return 'The field `signature` is not 64 hexadecimal characters, so Koywe did not make it.'
  }
  if (verifier.verify(text, signature.toLowerCase()) >= 0) {
    return 'The signature is correct, but in upper case, while Koywe sends lower case: did something modify the body on the way?'
  }
  if (verifier.verifyTrimmed(text, signature)) {
    return 'The signature matches the secret without the white space or quotes around it. Remove them where you set the secret.'
  }
  const wholeBody = JSON.stringify({ ...payload, signature: '' })
  if (verifier.verify(wholeBody, signature) >= 0) {
    return 'The signature covers the whole body, with an empty `signature` in it. Sign the body without that field.'
  }
  const length = Buffer.byteLength(JSON.stringify({ ...payload, signature }))
  if (contentLength !== undefined && Number(contentLength) !== length) {
    return received === undefined
      ? `Content-Length was ${Number(contentLength)}, but the parsed body serialises to ${length} bytes: something modified it on the way. ` +
          'Mount this middleware before anything that edits `req.body`.'
      : `The body has ${Number(contentLength)} bytes, but ${length} as JSON.stringify writes it, which is how Koywe signs and sends it: ` +
          'either Koywe did not make it, or something modified it on the way.'
  }
  return (
    'None of your secrets made this signature. Either the sender is not Koywe or the body was changed after it was signed (a forgery, harmless), or your secret is not the one ' +
    'registered with Koywe: compare them, and check that sandbox and production are not mixed up. Middleware that rebuilds the ' +
    'body with its fields in another order has the same effect.'
  )
}
