import { createHash } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import type { Body } from '@x/koywe-core'
import { depthOf, limit, mostLevels, nestingOf } from './bounds.js'
import { type Expected, everyCode } from './judge.js'
import { signatureOf } from './signature.js'

const refusals = everyCode.filter((code) => code !== 'ramp_webhook')

/**
 * What is promised of a request to a receiver of the ramp API.
 *
 * @param body What was sent; `undefined` when it did not arrive whole.
 */
export function expectRamp(body: Body | undefined, secrets: readonly string[]): Expected {
  const never = (accepted: string): Expected => ({ accepted, refusals })
  if (!body) return never('what did not arrive whole')
  try {
    const value: unknown = 'value' in body ? body.value : JSON.parse(textOf(body))
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      return never('what is no JSON object')
    }
    const { signature, ...payload } = value as Record<string, unknown> // an object and not an array
    const signedText = JSON.stringify(payload)
    const secretIndex = secrets.findIndex((secret) => signatureOf(signedText, secret) === signature)
    if (secretIndex < 0) return never('without a valid signature')
    if (!isSmall(value, body)) return never('beyond the bounds')
    // What JSON does not write and read back as it is has not come from Koywe.
    const isJson = !('value' in body) || isDeepStrictEqual(JSON.parse(JSON.stringify(value)), value)
    const id = createHash('sha256').update(signedText).digest('hex')
    return {
      accepted: { signedText, id, secretIndex },
      refusals: isJson && isEvent(payload) ? [] : refusals,
    }
  } catch {
    return never('what has no JSON form')
  }
}

function textOf(body: { readonly text: string } | { readonly bytes: Uint8Array }): string {
  return 'text' in body ? body.text : new TextDecoder().decode(body.bytes)
}

/** Fields of Koywe's events; an unknown name needs no order. */
function isEvent({ eventName, orderId, timeStamp, externalId }: Record<string, unknown>): boolean {
  const required = [eventName, orderId, timeStamp].every((field) => typeof field === 'string')
  const optional = externalId === undefined || typeof externalId === 'string'
  return required && optional && eventName !== ''
}

function isSmall(value: object, body: Body): boolean {
  const received = 'bytes' in body ? body.bytes : 'text' in body ? body.text : JSON.stringify(value)
  const depth = 'value' in body ? depthOf(value) : nestingOf(textOf(body))
  return Buffer.byteLength(received) <= limit && depth <= mostLevels
}
