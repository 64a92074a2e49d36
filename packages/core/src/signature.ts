import {
  createHash,
  createHmac,
  createSecretKey,
  type KeyObject,
  timingSafeEqual,
} from 'node:crypto'
import { KoyweError } from './errors.js'

/** A webhook's parsed body, before anything is known about it but that it is a JSON object. */
export type JsonObject = Readonly<Record<string, unknown>>

/** A body taken apart: what is signed, and the signature that came with it. */
export interface SignedBody {
  /** The body without `signature`, every other field kept, in the order received. */
  readonly payload: JsonObject
  /** `JSON.stringify(payload)`: the text that Koywe signs. */
  readonly text: string
  readonly signature: unknown
}

/**
 * Splits a body into payload and signature.
 * Source: Koywe's page, `createHmac('sha256', secret).update(JSON.stringify(payload))`. That `payload` is the body
 * without `signature` is inferred from the example and seen in production.
 *
 * @throws {KoyweError} `invalid_signature` when the body is nested so deeply that it cannot be written out, nor signed.
 */
export function splitBody(body: JsonObject): SignedBody {
  const { signature, ...payload } = body
  try {
    return { payload, text: JSON.stringify(payload), signature }
  } catch (cause) {
    const message = 'The body is nested so deeply that no one can have signed it.'
    throw new KoyweError('invalid_signature', message, { cause })
  }
}

/** The signature of a text as Koywe makes it: HMAC-SHA256, 64 lower-case hex characters. */
export function sign(text: string, secret: string): string {
  return hmac(text, prepareKey(secret)).toString('hex')
}

/** One or more secrets, made ready once for every check to come. */
export interface Verifier {
  /** Returns the index of the secret that made `signature`, or -1. The digests are compared in constant time. */
  verify(text: string, signature: string): number
  /** Says, for the log, why `signature` does not fit a body, as far as that can be told. Names no secret and no digest. */
  explain(signed: SignedBody, contentLength: string | undefined): string
}

/**
 * Makes a verifier of the secrets that are accepted, the current one first.
 *
 * @throws {TypeError} when there is no secret, or one is not a string or blank.
 */
export function createVerifier(secrets: string | readonly string[]): Verifier {
  const list = typeof secrets === 'string' ? [secrets] : secrets
  if (!Array.isArray(list) || list.length === 0 || !list.every(isSecret)) {
    throw new TypeError(
      'A webhook secret must be a string that is not blank, or a list of such strings. Set it to the secret that you ' +
        'registered with Koywe, for example in the environment variable KOYWE_WEBHOOK_SECRET.',
    )
  }
  const keys = list.map(prepareKey)
  const trimmedKeys = list.flatMap((secret) =>
    trimSecret(secret) === secret ? [] : [prepareKey(trimSecret(secret))],
  )

  return {
    verify: (text, signature) => indexOfMatch(keys, text, signature),
    explain(signed, contentLength) {
      const { payload, text, signature } = signed
      if (typeof signature !== 'string' || !/^[0-9a-f]{64}$/i.test(signature)) {
        return 'The field `signature` is not 64 hexadecimal characters, so Koywe did not make it.'
      }
      if (indexOfMatch(keys, text, signature.toLowerCase()) >= 0) {
        return 'The signature is right but in upper case. Koywe sends lower case: did something on the way change the body?'
      }
      if (indexOfMatch(trimmedKeys, text, signature) >= 0) {
        return 'The signature fits the secret without the white space or quotes around it. Remove them where the secret is set.'
      }
      const wholeBody = JSON.stringify({ ...payload, signature: '' })
      if (indexOfMatch(keys, wholeBody, signature) >= 0) {
        return 'The signature was made over the whole body, with an empty `signature` in it. Sign the body without that field.'
      }
      const length =
        Buffer.byteLength(text) + `${text === '{}' ? '' : ','}"signature":"${signature}"`.length
      if (contentLength !== undefined && Number(contentLength) !== length) {
        return (
          `The request announced ${contentLength} bytes, but the body as it is seen here has ${length} when written out again. ` +
          'Something has changed it: mount this middleware before anything that edits `req.body`.'
        )
      }
      return (
        'The body seems complete, so the secret is probably another one than the secret registered with Koywe. ' +
        'Compare them, and check that sandbox and production are not mixed up.'
      )
    },
  }
}

/** The SHA-256 of a text in hex. Used for `delivery.id`, which must not depend on the secret. */
export function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

/** The SHA-256 of a text, for comparing it in constant time whatever its length. */
export function digestBytes(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}

const signatureForm = /^[0-9a-f]{64}$/

function indexOfMatch(keys: readonly KeyObject[], text: string, signature: string): number {
  if (!signatureForm.test(signature)) return -1
  const given = Buffer.from(signature, 'hex')
  return keys.findIndex((key) => timingSafeEqual(hmac(text, key), given))
}

function hmac(text: string, key: KeyObject): Buffer {
  return createHmac('sha256', key).update(text).digest()
}

function prepareKey(secret: string): KeyObject {
  return createSecretKey(secret, 'utf8')
}

function isSecret(value: unknown): boolean {
  return typeof value === 'string' && value.trim() !== ''
}

function trimSecret(secret: string): string {
  const bare = secret.trim().replace(/^(["'`])(.*)\1$/s, '$2')
  return bare === '' ? secret : bare
}
