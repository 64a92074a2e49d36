import { hash, timingSafeEqual } from 'node:crypto'
import type { HttpRequest } from '../http/contract.js'

/** The credential of the `Authorization` header with that scheme, if there is exactly one. */
export function authorization(request: HttpRequest, scheme: string): string | undefined {
  const [, given, credential] =
    /^([^\s,]+) +([^\s,]+)$/.exec(onlyHeader(request, 'authorization') ?? '') ?? []
  return given?.toLowerCase() === scheme ? credential : undefined
}

/**
 * The value of a header that came exactly once: Node keeps the first of two `Authorization` headers and joins others.
 * Serverless platforms provide no `rawHeaders`; headers they joined contain a comma, which no credential does.
 */
export function onlyHeader({ headers, rawHeaders }: HttpRequest, name: string): string | undefined {
  if (rawHeaders.length === 0) {
    const value = headers[name]
    return typeof value === 'string' ? value : undefined
  }
  let only: string | undefined
  for (let index = 0; index < rawHeaders.length; index += 2) {
    if (rawHeaders[index]?.toLowerCase() !== name) continue
    if (only !== undefined) return undefined
    only = rawHeaders[index + 1]
  }
  return only
}

/** Decodes Basic's base64 to `name:password`. */
export function decodePair(base64: string | undefined): string | undefined {
  if (base64 === undefined) return undefined
  const bytes = Buffer.from(base64, 'base64')
  // Node ignores characters that are not base64, so accept only the canonical form.
  return bytes.toString('base64') === base64 ? bytes.toString() : undefined
}

/** Compares digests in constant time, always with every accepted value. */
export function compareWith(accepted: readonly string[]): (given: string | undefined) => boolean {
  const digests = accepted.map(digestOf)
  return (given) => {
    const givenDigest = digestOf(given ?? '')
    let fits = false
    for (const digest of digests) fits = timingSafeEqual(digest, givenDigest) || fits
    return fits && given !== undefined
  }
}

/** The same length for every text. */
function digestOf(text: string): Buffer {
  return hash('sha256', text, 'buffer')
}
