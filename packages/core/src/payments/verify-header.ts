import type { IncomingHttpHeaders } from 'node:http'
import { KoyweError } from '../errors.js'
import type { Body } from '../http/contract.js'
import { type JsonObject, parseBody } from '../http/json-object.js'
import type { Refusal } from '../http/refusal.js'
import { isSignature, splitBody, type Verifier } from '../ramp/signature.js'

/**
 * Checks that the header Koywe-Signature is the signature of the body's bytes, and returns the index of the secret that made it.
 * A body that Koywe did not sign is parsed only to recognise, in a refusal, a webhook of the ramp API.
 *
 * @throws {KoyweError} `body_consumed` when a parser has kept a value, or a text that is not what came.
 */
export function verifyHeader(
  body: Body,
  headers: IncomingHttpHeaders,
  verifier: Verifier,
  limit: number,
): number | Refusal {
  // Platforms that are not Node may give a list.
  const signature = String(headers['koywe-signature'] ?? '')
  if (signature === '') return refuseUnsigned(objectIn(body, limit), verifier)
  const received = receivedAs(body)
  const secretIndex = verifier.verify(received, signature)
  if (secretIndex >= 0) return secretIndex
  const length = headers['content-length']
  const isChanged = length !== undefined && Number(length) !== Buffer.byteLength(received)
  if ('text' in body && (isChanged || body.text.includes('\ufffd'))) {
    throw bytesAreLost('a text that is not byte for byte what came', body.cure)
  }
  const sentence = () => explain(received, signature, verifier, objectIn(body, limit), isChanged)
  return { code: 'invalid_signature', sentence }
}

/** The bytes of a body, or the text that they were decoded to. @throws {KoyweError} `body_consumed` for a parsed value. */
export function receivedAs(body: Body): Uint8Array | string {
  if ('value' in body) throw bytesAreLost('only the parsed value', body.cure)
  return 'text' in body ? body.text : body.bytes
}

function bytesAreLost(kept: string, cure = 'Mount this middleware before it.'): KoyweError {
  return new KoyweError(
    'body_consumed',
    `A body parser in front has kept ${kept}, but Koywe's Payments API signs the bytes of the body. ${cure}`,
  )
}

function objectIn(body: Body, limit: number): JsonObject | undefined {
  try {
    return parseBody(body, limit).object
  } catch {
    return undefined
  }
}

/** Whether the body has a signature as the ramp API makes it. */
function fitsRamp(object: JsonObject | undefined, verifier: Verifier): boolean {
  try {
    const { text, signature } = splitBody(object ?? {})
    return verifier.verify(text, signature) >= 0
  } catch {
    return false
  }
}

function refuseUnsigned(object: JsonObject | undefined, verifier: Verifier): Refusal {
  const isRamp = typeof object?.eventName === 'string'
  return {
    code: isRamp ? 'ramp_webhook' : 'missing_signature',
    sentence: () => {
      const inside = fitsRamp(object, verifier)
        ? ' Your secret made the `signature` in the body, which is how the ramp API signs.'
        : ''
      return isRamp
        ? `This is a webhook of Koywe's ramp API (it has an \`eventName\`, and no Koywe-Signature header).${inside} This middleware is for the Payments API. Receive ramp webhooks with koyweWebhooks (or createKoyweWebhooks), at a URL of their own.`
        : `There is no Koywe-Signature header, in which the Payments API sends the signature of the body's bytes.${inside} Either Koywe did not send this, or something on the way has removed the header.`
    },
  }
}

/** Explains why a signature does not match, as far as possible. Contains no secret, no digest and nothing of the body. */
function explain(
  received: Uint8Array | string,
  signature: string,
  verifier: Verifier,
  object: JsonObject | undefined,
  isChanged: boolean,
): string {
  if (signature.includes(',')) {
    return 'The header Koywe-Signature came more than once, which Koywe does not do: does something on the way add it?'
  }
  const bare =
    /^\s*["'`]?(?:sha256=)?([0-9a-f]*)["'`]?\s*$/i.exec(signature)?.[1]?.toLowerCase() ?? ''
  if (!isSignature(bare)) {
    return 'The header Koywe-Signature is not 64 hexadecimal characters, so Koywe did not make it.'
  }
  if (verifier.verify(received, bare) >= 0) {
    return 'The signature is correct, but Koywe sends 64 lower-case hexadecimal characters, without quotes or `sha256=`: did something modify the header on the way?'
  }
  if (verifier.verifyTrimmed(received, bare)) {
    return 'The signature matches the secret without the white space or quotes around it. Remove them where you set the secret.'
  }
  if (verifier.verify(JSON.stringify(object ?? {}), bare) >= 0) {
    return 'The signature covers the body as JSON.stringify writes it, and not the bytes that came: sign the bytes that are sent, or find what rewrites the body on the way.'
  }
  if (fitsRamp(object, verifier)) {
    return 'Your secret made the `signature` in the body, which is how the ramp API signs, but not the one in the header. Receive ramp webhooks with koyweWebhooks.'
  }
  if (isChanged) {
    return 'The body has another length than its Content-Length: something modified it on the way. Mount this middleware before that.'
  }
  return 'None of your secrets made this signature. Either the sender is not Koywe or the body was changed after it was signed (a forgery, harmless), or your secret is not the one of this webhook endpoint: compare them, and check that sandbox and production are not mixed up. A proxy that rewrites the body has the same effect.'
}
