import { createHmac } from 'node:crypto'

// Made with Node's own crypto alone. This file must never import core: a signer that shares its code with the verifier
// proves nothing.

/** Exactly as Koywe documents it: HMAC-SHA256 over the payload as `JSON.stringify` writes it, in hex. */
export function signatureOf(payload: unknown, secret: string): string {
  return createHmac('sha256', secret).update(JSON.stringify(payload)).digest('hex')
}

/** The header of the Payments API, as Koywe documents it: HMAC-SHA256 over the bytes of the body, in hex. */
export function signatureOfBytes(bytes: string | Uint8Array, secret: string): string {
  return createHmac('sha256', secret).update(bytes).digest('hex')
}

/** The body that Koywe posts: the payload with its signature as the last field. */
export function sign(payload: object, secret: string): string {
  return JSON.stringify({ ...payload, signature: signatureOf(payload, secret) })
}
