import { sign, splitBody } from '../ramp/signature.js'

/**
 * Signs a payload and returns the body that Koywe would send: the payload's JSON with `signature` as its last field.
 *
 * @param payload Any JSON object; a `signature` in it is replaced.
 */
export function signEvent(payload: object, secret: string): string {
  // `splitBody` only reads own fields, which every object has.
  const { payload: unsigned, text } = splitBody(payload as Readonly<Record<string, unknown>>)
  return JSON.stringify({ ...unsigned, signature: sign(text, secret) })
}
