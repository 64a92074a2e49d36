import type { IncomingHttpHeaders } from 'node:http'
import { KoyweError } from '../errors.js'
import type { Body } from '../http/contract.js'
import { type JsonObject, parseBody } from '../http/json-object.js'
import type { Refusal } from '../http/refusal.js'
import { isSignature, splitBody, type Verifier } from '../ramp/signature.js'

/** A body as it was received: its bytes, or the text that they were decoded to. */
export type Received = Uint8Array | string

/** A body that Koywe signed. */
export interface VerifiedBytes {
  readonly signed: Received
  /** The index of the secret that made the signature. */
  readonly secretIndex: number
}

/**
 * Checks that the header Koywe-Signature is the signature of the body's bytes. A body is parsed only to tell, in a refusal, that
 * it is from the ramp API.
 *
 * @throws {KoyweError} `body_consumed` when a parser has kept a value, or a text that is not what came.
 */
export function verifyHeader(
  body: Body,
  headers: IncomingHttpHeaders,
  verifier: Verifier,
  limit: number,
): VerifiedBytes | Refusal {
  // Platforms that are not Node may give a list.
  const header: unknown = headers['koywe-signature']
  const signature = header === undefined ? '' : String(header)
  const parsed = (): JsonObject | undefined => objectIn(body, limit)
  if (signature === '') return refuseUnsigned(parsed(), verifier)
  if ('value' in body) throw bytesAreLost('only the parsed value', body.cure)
  const signed = 'text' in body ? body.text : body.bytes
  const secretIndex = verifier.verify(signed, signature)
  if (secretIndex >= 0) return { signed, secretIndex }
  const { 'content-length': contentLength } = headers
  const differs = contentLength !== undefined && Number(contentLength) !== lengthOf(signed)
  if ('text' in body && (differs || body.text.includes('\ufffd'))) {
    throw bytesAreLost('a text that is not byte for byte what came', body.cure)
  }
  return {
    code: 'invalid_signature',
    sentence: () => explain(signed, signature, verifier, parsed(), differs),
  }
}

function lengthOf(received: Received): number {
  return typeof received === 'string' ? Buffer.byteLength(received) : received.length
}

function objectIn(body: Body, limit: number): JsonObject | undefined {
  try {
    return parseBody(body, limit).object
  } catch {
    return undefined
  }
}

function bytesAreLost(kept: string, cure: string | undefined): KoyweError {
  return new KoyweError(
    'body_consumed',
    `A body parser in front has kept ${kept}, but Koywe's Payments API signs the bytes of the body. ` +
      (cure ?? 'Mount this middleware before it, or make it keep the bytes in `rawBody`.'),
  )
}

function refuseUnsigned(object: JsonObject | undefined, verifier: Verifier): Refusal {
  if (typeof object?.eventName === 'string') {
    return {
      code: 'ramp_webhook',
      sentence: () =>
        `This is a webhook of Koywe's ramp API (\`eventName\`, no Koywe-Signature header${fitsRamp(object, verifier) ? '; your secret made the signature in its body' : ''}). ` +
        'This middleware is for the Payments API. Receive ramp webhooks with koyweWebhooks (or createKoyweWebhooks), at a URL of their own.',
    }
  }
  return {
    code: 'missing_signature',
    sentence: () =>
      fitsRamp(object, verifier)
        ? 'There is no Koywe-Signature header, but your secret made the `signature` in the body, which is how the ramp API signs. The ' +
          'Payments API signs the bytes of the body and sends the signature in the header.'
        : 'There is no Koywe-Signature header. Koywe signs every webhook of its Payments API, so either Koywe did not send this one or ' +
          'something on the way has removed the header.',
  }
}

/** Whether the body has a signature as the ramp API makes it. */
function fitsRamp(object: JsonObject | undefined, verifier: Verifier): boolean {
  if (typeof object?.signature !== 'string') return false
  try {
    const { text, signature } = splitBody(object)
    return verifier.verify(text, signature) >= 0
  } catch {
    return false
  }
}

/** Explains why a signature does not match, as far as possible. Contains no secret, no digest and nothing of the body. */
function explain(
  signed: Received,
  signature: string,
  verifier: Verifier,
  object: JsonObject | undefined,
  differsInLength: boolean,
): string {
  const bare = signature
    .trim()
    .replace(/^(["'`])(.*)\1$/s, '$2')
    .replace(/^sha256=/i, '')
    .toLowerCase()
  if (signature.includes(',')) {
    return 'The header Koywe-Signature came more than once, which Koywe does not do: does something on the way add it?'
  }
  if (!isSignature(bare)) {
    return 'The header Koywe-Signature is not 64 hexadecimal characters, so Koywe did not make it.'
  }
  if (verifier.verify(signed, bare) >= 0) {
    return 'The signature is correct, but Koywe sends 64 lower-case hexadecimal characters and nothing else: no upper case, no quotes, no `sha256=`. Did something modify the header on the way?'
  }
  if (verifier.verifyTrimmed(signed, bare)) {
    return 'The signature matches the secret without the white space or quotes around it. Remove them where you set the secret.'
  }
  if (object && verifier.verify(JSON.stringify(object), bare) >= 0) {
    return 'The signature covers the body as JSON.stringify writes it, and not the bytes that came: sign the very bytes that are sent, or find what rewrites the body on the way.'
  }
  if (fitsRamp(object, verifier)) {
    return 'Your secret made the `signature` in the body, which is how the ramp API signs, but not the one in the header. Receive ramp webhooks with koyweWebhooks.'
  }
  if (differsInLength) {
    return 'The body has another length than Content-Length says: something modified it on the way. Mount this middleware before that.'
  }
  return (
    'None of your secrets made this signature. Either the sender is not Koywe or the body was changed after it was signed (a forgery, harmless), or your secret is not the one ' +
    'of this webhook endpoint: compare them, and check that sandbox and production are not mixed up. A proxy that rewrites the body ' +
    'has the same effect: the signature covers its bytes.'
  )
}
