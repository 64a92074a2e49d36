import type { IncomingHttpHeaders } from 'node:http'
import { KoyweError } from '../errors.js'
import type { Body } from '../http/contract.js'
import type { JsonObject, ParsedBody } from '../http/json-object.js'
import type { Refusal } from '../http/refusal.js'
import { isOfPayments } from './fields.js'
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
 * Checks that Koywe signed the body. A wrong or missing signature is a {@link Refusal}, whose sentence names the likely cause:
 * `invalid_signature`, `missing_signature`, or `payments_webhook` when the body is from the Payments API.
 *
 * @param received The body as it was received, for the sentence.
 * @throws {KoyweError} `invalid_payload` when `signature` is not a string; `invalid_json` when a parsed value has no JSON form.
 */
export function verifySignature(
  body: ParsedBody,
  verifier: Verifier,
  headers: IncomingHttpHeaders,
  received: Body,
): VerifiedBody | Refusal {
  const { signature } = body.object
  if (signature === undefined || signature === null || signature === '') {
    return refuseUnsigned(body.object, headers, verifier, received)
  }
  if (typeof signature !== 'string') {
    throw new KoyweError('invalid_payload', 'The field `signature` is not a string.')
  }
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

function refuseUnsigned(
  object: ParsedBody['object'],
  headers: IncomingHttpHeaders,
  verifier: Verifier,
  received: Body,
): Refusal {
  const isPayments = isOfPayments(object, headers)
  return {
    code: isPayments ? 'payments_webhook' : 'missing_signature',
    sentence: () => {
      const inHeader = fitsHeader(headers, verifier, received)
        ? ' Your secret made the signature in the header Koywe-Signature, which is how the Payments API signs.'
        : ''
      return isPayments
        ? `This is a webhook of Koywe's Payments API (a Koywe-Signature header, or \`type\` and \`data\`).${inHeader} This middleware is for the ramp API, which signs inside the body and sends \`eventName\`. Receive Payments webhooks with koywePayments (or createKoywePayments), at a URL of their own.`
        : `The body has no \`signature\`.${inHeader} Koywe signs only if a secret was registered with the webhook: register one (updateWebhook). Otherwise the sender is not Koywe (a scanner, harmless).`
    },
  }
}

/** Whether the header has a signature as the Payments API makes it, over the body as received. */
function fitsHeader(headers: IncomingHttpHeaders, verifier: Verifier, received: Body): boolean {
  if ('value' in received) return false
  const signed = 'text' in received ? received.text : received.bytes
  return verifier.verify(signed, String(headers['koywe-signature'])) >= 0
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
