import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'

/** Makes a token of one run. */
export function createToken(): string {
  return randomBytes(24).toString('base64url')
}

/** Compares in a time that does not depend on what is given. */
export function isToken(given: string | undefined, token: string): boolean {
  return timingSafeEqual(digest(given ?? ''), digest(token)) && given !== undefined
}

/** Of equal length, as the comparison needs it. */
function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
