import { createHmac } from 'node:crypto'

/** The secrets of the receivers, one list for each step of a rotation. White space is part of a secret. */
export const rotation = [
  ['fuzz-secret-ñ', 'an older secret '],
  ['fuzz-secret-ñ'],
  ['an older secret '],
] as const

/** Every secret that signs for some receiver. */
export const secrets = rotation[0]

/** Exactly as Koywe documents it. */
export function signatureOf(signed: string | Uint8Array, secret: string = secrets[0]): string {
  return createHmac('sha256', secret).update(signed).digest('hex')
}
