import { createHmac, timingSafeEqual } from 'node:crypto'
import { secret } from './deliveries.js'

/** What a developer writes from Koywe's documentation: returns the event of a signed body, or `undefined`. */
export function verifyByHand(body: Buffer): unknown {
  try {
    return verifyParsed(JSON.parse(body.toString()))
  } catch {
    return undefined
  }
}

/** The same for a parsed body. */
export function verifyParsed(body: unknown): unknown {
  const { signature, ...event } = body as Record<string, unknown> // an exception is a refusal too
  if (typeof signature !== 'string') return undefined
  const expected = createHmac('sha256', secret).update(JSON.stringify(event)).digest()
  const given = Buffer.from(signature, 'hex')
  return given.length === expected.length && timingSafeEqual(given, expected) ? event : undefined
}
