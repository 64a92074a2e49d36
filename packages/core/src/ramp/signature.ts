import { createHmac, createSecretKey, type KeyObject, timingSafeEqual } from 'node:crypto'
import { type JsonObject, unreadable } from '../http/json-object.js'
import { isMissing, unquoted } from '../setup/is-missing.js'

/** One secret, or several during a rotation, the current one first. */
export type Secrets = string | readonly string[]

/** A body split into what was signed and the signature. */
export interface SignedBody {
  /** The body without `signature`; all other fields in the order received. */
  readonly payload: JsonObject
  /** `JSON.stringify(payload)`: the text that Koywe signs. */
  readonly text: string
  /** An empty string when it is missing or not a string. */
  readonly signature: string
}

/**
 * Splits a body into payload and signature.
 * Source: Koywe's page, `createHmac('sha256', secret).update(JSON.stringify(payload))`. That `payload` is the body
 * without `signature` is inferred from the example and seen in production.
 *
 * @throws {KoyweError} `invalid_json` when a parsed value has no JSON form.
 */
export function splitBody(body: JsonObject): SignedBody {
  const { signature, ...payload } = body
  return {
    payload,
    text: toJson(payload),
    signature: typeof signature === 'string' ? signature : '',
  }
}

function toJson(payload: JsonObject): string {
  let text: unknown
  try {
    text = JSON.stringify(payload)
  } catch (cause) {
    throw unreadable(cause)
  }
  // A `toJSON` method among the fields may return anything.
  if (typeof text === 'string' && text.startsWith('{')) return text
  throw unreadable(undefined)
}

/** What a signature covers: text, which is signed as UTF-8, or bytes. */
export type Signed = string | Uint8Array

/** The signature of a text or bytes as Koywe makes it: HMAC-SHA256, 64 lower-case hex characters. */
export function sign(signed: Signed, secret: string): string {
  return hmac(signed, prepareKey(secret))
}

/** Verifies signatures against one or more secrets, prepared once. */
export interface Verifier {
  /** Returns the index of the secret that made `signature`, or -1. The digests are compared in constant time. */
  verify(signed: Signed, signature: string): number
  /** Returns whether a secret without its surrounding white space or quotes made `signature`. */
  verifyTrimmed(signed: Signed, signature: string): boolean
}

/**
 * Creates a verifier that accepts these secrets, the current one first.
 *
 * @param variable The environment variable that the error names, as an example.
 * @throws {TypeError} when there is no secret, or one is not a string or says nothing.
 */
export function createVerifier(secrets: Secrets, variable = 'KOYWE_WEBHOOK_SECRET'): Verifier {
  const list = typeof secrets === 'string' ? [secrets] : secrets
  if (!Array.isArray(list) || list.length === 0 || !list.every(isSecret)) {
    throw new TypeError(
      'A secret must be a string that is not blank (nor "undefined" or "null", as a missing variable becomes in a text), or a list ' +
        `of such strings. Set it to the secret that you registered with Koywe, for example in the environment variable ${variable}. \`openssl rand -hex 32\` makes a new one.`,
    )
  }
  const keys = list.map(prepareKey)
  const trimmedKeys = list.map((secret) => prepareKey(unquoted(secret)))

  return {
    verify: (signed, signature) => indexOfMatch(keys, signed, signature),
    verifyTrimmed: (signed, signature) => indexOfMatch(trimmedKeys, signed, signature) >= 0,
  }
}

const signatureLength = 64
// Reused for every comparison, which is synchronous: saves two buffers per delivery.
const given = Buffer.alloc(2 * signatureLength)
const givenSignature = given.subarray(0, signatureLength)
const made = Buffer.alloc(signatureLength)

function indexOfMatch(keys: readonly KeyObject[], signed: Signed, signature: string): number {
  // Characters of more than one byte would not fit.
  if (signature.length !== signatureLength || given.write(signature) !== signatureLength) return -1
  for (let index = 0; index < keys.length; index++) {
    made.write(hmac(signed, keys[index] as KeyObject)) // below the length
    if (timingSafeEqual(made, givenSignature)) return index
  }
  return -1
}

/** In hex, which is faster than a buffer. */
function hmac(signed: Signed, key: KeyObject): string {
  return createHmac('sha256', key).update(signed).digest('hex')
}

function prepareKey(secret: string): KeyObject {
  return createSecretKey(secret, 'utf8')
}

function isSecret(value: unknown): boolean {
  return typeof value === 'string' && !isMissing(value)
}
