import type { IncomingHttpHeaders } from 'node:http'
import { KoyweError } from '../errors.js'
import type { Body } from '../http/contract.js'
import type { JsonObject, ParsedBody } from '../http/json-object.js'
import type { Refusal } from '../http/refusal.js'
import { isOfPayments } from './fields.js'
import { type Signed, type SignedBody, splitBody, type Verifier } from './signature.js'

/** A body that Koywe signed. Its `payload` is exactly what `JSON.parse(text)` gives. */
export interface VerifiedBody extends Omit<SignedBody, 'signature'> {
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
    const code = isOfPayments(body.object, headers) ? 'payments_webhook' : 'missing_signature'
    const hint = () => (fitsHeader(headers, verifier, received) ? signedInHeader : '')
    return { code, sentence: () => unsigned[code] + hint() }
  }
  if (typeof signature !== 'string') {
    throw new KoyweError('invalid_payload', 'The field `signature` is not a string.')
  }
  const signed = splitBody(body.object)
  const secretIndex = verifier.verify(signed.text, signed.signature)
  if (secretIndex < 0) {
    const sentence = () => explain(body, signed, verifier, headers['content-length'])
    return { code: 'invalid_signature', sentence }
  }
  const isExact = body.text !== undefined && hasNoNumber(signed.payload)
  const payload = isExact ? signed.payload : JSON.parse(signed.text)
  return { payload, text: signed.text, secretIndex }
}

/** What is said of a body without a signature. */
const unsigned = {
  payments_webhook:
    "This is a webhook of Koywe's Payments API (a Koywe-Signature header, or `type` and `data`). This middleware is for the ramp API, which signs inside the body and sends `eventName`. Receive Payments webhooks with koywePayments (or createKoywePayments), at a URL of their own.",
  missing_signature:
    'The body has no `signature`. Koywe signs only if a secret was registered with the webhook: register one (updateWebhook). Otherwise the sender is not Koywe (a scanner, harmless).',
}
const signedInHeader =
  ' Your secret made the signature in the header Koywe-Signature, which is how the Payments API signs.'

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

/** Explains why a signature in a body does not match. */
function explain(
  { text: received }: ParsedBody,
  { payload, text, signature }: SignedBody,
  verifier: Verifier,
  contentLength: string | undefined,
): string {
  return explainMismatch('field `signature`', text, signature, verifier, () => {
    const wholeBody = JSON.stringify({ ...payload, signature: '' })
    if (verifier.verify(wholeBody, signature) >= 0) {
      return 'The signature covers the whole body, with an empty `signature` in it. Sign the body without that field.'
    }
    const length = Buffer.byteLength(JSON.stringify({ ...payload, signature }))
    if (contentLength === undefined || Number(contentLength) === length) return undefined
    return received === undefined
      ? `Content-Length was ${Number(contentLength)}, but the parsed body serialises to ${length} bytes: something modified it on the way. ` +
          'Mount this middleware before anything that edits `req.body`.'
      : `The body has ${Number(contentLength)} bytes, but ${length} as JSON.stringify writes it, which is how Koywe signs and sends it: ` +
          'either Koywe did not make it, or something modified it on the way.'
  })
}

/**
 * Explains why no secret made a signature, as far as possible. Contains no secret, no digest and nothing of the body.
 *
 * @param place Where the signature was.
 * @param cause What else it may be, given the 64 characters alone; only the API can tell.
 */
export function explainMismatch(
  place: string,
  signed: Signed,
  signature: string,
  verifier: Verifier,
  cause: (bare: string) => string | undefined,
): string {
  const bare = /^\s*["'`]?(?:sha256=)?([0-9a-f]{64})["'`]?\s*$/i.exec(signature)?.[1]?.toLowerCase()
  if (bare === undefined) {
    return `The ${place} is not 64 hexadecimal characters, so Koywe did not make it.`
  }
  if (verifier.verify(signed, bare) >= 0) {
    return 'The signature is correct, but in upper case, or with quotes, white space or `sha256=` around it, while Koywe sends 64 lower-case hexadecimal characters: did something modify it on the way?'
  }
  if (verifier.verifyTrimmed(signed, bare)) {
    return 'The signature matches the secret without the white space or quotes around it. Remove them where you set the secret.'
  }
  return (
    cause(bare) ??
    'None of your secrets made this signature. Either the sender is not Koywe or the body was changed after it was signed (a forgery, harmless), or your secret is not the one registered with Koywe: compare them, and check that sandbox and production are not mixed up. Middleware or a proxy that rebuilds the body, for example with its fields in another order, has the same effect.'
  )
}
