import type { HttpRequest } from '../http/contract.js'
import { createVerifier, type SignedBody } from '../ramp/signature.js'
import { isMissing } from '../setup/is-missing.js'
import { authorization, compareWith, decodePair, onlyHeader } from './authorization-header.js'

/** A way to authenticate the caller, made by `bearer`, `basic`, `apiKey`, `bodySignature` and `anyOf`. */
export interface CallerCheck {
  /** The `WWW-Authenticate` value of a refusal. */
  readonly challenge: string
  /** The names of the headers that it reads, as far as they are known: for the log. */
  readonly headers: readonly string[]
  /** Decides by the headers alone. Only a literal `true` is a yes. */
  readonly byHeaders?: (request: HttpRequest) => unknown
  /** Decides by the body if the headers did not admit the caller. Only a literal `true` is a yes. */
  readonly byBody?: (signed: SignedBody) => unknown
}

/** Marks what this file's functions created, also across copies of this package in the same process. */
const brand = Symbol.for('@x/koywe-core.CallerCheck')

/** Your own check. Only a literal `true`, or a promise of it, is a yes; a throw is a no. */
export type RequestCheck = (request: HttpRequest) => boolean | Promise<boolean>

/**
 * Accepts `Authorization: Bearer …`.
 *
 * @param accepted The token, a list of tokens during a rotation, or a function that checks a token, such as a JWT.
 * @throws {TypeError} when a token is blank or has characters that the header cannot carry.
 *
 * @example
 * ```ts
 * import { bearer } from '@x/koywe-core'
 *
 * const { CURRENT_TOKEN = '', PREVIOUS_TOKEN = '' } = process.env
 * const oneToken = bearer(CURRENT_TOKEN)
 * const duringRotation = bearer([CURRENT_TOKEN, PREVIOUS_TOKEN])
 * ```
 */
export function bearer(
  accepted:
    | string
    | readonly string[]
    | ((token: string, request: HttpRequest) => boolean | Promise<boolean>),
): CallerCheck {
  const challenge = 'Bearer'
  if (typeof accepted === 'function') {
    return branded({
      challenge,
      headers: ['Authorization'],
      byHeaders: (request) => {
        const token = authorization(request, 'bearer')
        return token !== undefined && accepted(token, request)
      },
    })
  }
  const isOneOf = compareWith(checkTokens(accepted, 'A bearer token'))
  return branded({
    challenge,
    headers: ['Authorization'],
    byHeaders: (request) => isOneOf(authorization(request, 'bearer')),
  })
}

/** A user name and its password, as HTTP Basic sends them. */
export interface UsernamePassword {
  readonly username: string
  readonly password: string
}

/**
 * Accepts `Authorization: Basic …`.
 *
 * @param accepted One pair, a list of pairs during a rotation, or a function that checks a pair.
 * @throws {TypeError} when a user name or a password is blank, or a user name contains a colon.
 */
export function basic(
  accepted:
    | UsernamePassword
    | readonly UsernamePassword[]
    | ((pair: UsernamePassword, request: HttpRequest) => boolean | Promise<boolean>),
): CallerCheck {
  const challenge = 'Basic realm="koywe", charset="UTF-8"'
  if (typeof accepted === 'function') {
    return branded({
      challenge,
      headers: ['Authorization'],
      byHeaders: (request) => {
        const [username, ...rest] = decodePair(authorization(request, 'basic'))?.split(':') ?? []
        if (username === undefined || rest.length === 0) return false
        return accepted({ username, password: rest.join(':') }, request)
      },
    })
  }
  const isOneOf = compareWith(checkPairs(accepted))
  return branded({
    challenge,
    headers: ['Authorization'],
    byHeaders: (request) => isOneOf(decodePair(authorization(request, 'basic'))),
  })
}

/**
 * Accepts a fixed value in a custom header, such as `X-Api-Key`.
 *
 * @throws {TypeError} when the name is not a header name, or a value is blank or has characters that a header cannot carry.
 */
export function apiKey(headerName: string, accepted: string | readonly string[]): CallerCheck {
  if (typeof headerName !== 'string' || !/^[\w!#$%&'*+.^`|~-]+$/.test(headerName)) {
    throw new TypeError(
      "`apiKey` needs the name of a header first, as in apiKey('x-api-key', value).",
    )
  }
  const isOneOf = compareWith(checkTokens(accepted, 'An API key'))
  const name = headerName.toLowerCase()
  return branded({
    challenge: 'ApiKey',
    headers: [headerName],
    byHeaders: (request) => isOneOf(onlyHeader(request, name)),
  })
}

/**
 * Accepts a body that is signed like a webhook, with a `signature` field. Meant for Koywe's `authMethod: "Hash"`; its format is
 * not published, so this is inferred from the webhooks.
 *
 * @param secrets The secret passed to `updateValidationWebhook`, or a list of secrets during a rotation.
 * @throws {TypeError} when a secret is missing or blank.
 */
export function bodySignature(secrets: string | readonly string[]): CallerCheck {
  const verifier = createVerifier(secrets, 'KOYWE_CALLBACK_TOKEN')
  return branded({
    challenge: 'Signature',
    headers: [],
    byBody: ({ text, signature }) => verifier.verify(text, signature) >= 0,
  })
}

/**
 * Accepts a caller that any of the given checks accepts. Always runs all of them.
 *
 * @throws {TypeError} when none is given.
 */
export function anyOf(...ways: readonly (CallerCheck | RequestCheck)[]): CallerCheck {
  if (ways.length === 0) throw new TypeError('`anyOf` needs at least one check.')
  const credentials = ways.map(toCallerCheck)
  const inHeaders = credentials.flatMap(({ byHeaders }) => byHeaders ?? [])
  const inBody = credentials.flatMap(({ byBody }) => byBody ?? [])
  return branded({
    challenge: credentials.map(({ challenge }) => challenge).join(', '),
    headers: [...new Set(credentials.flatMap(({ headers }) => headers))],
    byHeaders: async (request: HttpRequest) => {
      const answers = await Promise.allSettled(inHeaders.map(async (ask) => ask(request)))
      return answers.some((answer) => answer.status === 'fulfilled' && answer.value === true)
    },
    ...(inBody.length > 0 && {
      byBody: (signed: SignedBody) => inBody.map((ask) => ask(signed)).includes(true),
    }),
  })
}

/**
 * Returns the check for the option `auth`.
 *
 * @throws {TypeError} when it is not a check.
 */
export function toCallerCheck(auth: unknown): CallerCheck {
  if (typeof auth === 'function' && !('onAny' in auth)) {
    const byHeaders = auth as RequestCheck // its result is compared with true; a throw is a no
    return { challenge: 'Koywe', headers: [], byHeaders }
  }
  if (typeof auth === 'object' && auth !== null && Object.hasOwn(auth, brand)) {
    return auth as CallerCheck // only this file's functions set the brand
  }
  throw new TypeError(
    '`auth` must say how Koywe authenticates: bearer(token), basic({ username, password }), apiKey(header, value), ' +
      'bodySignature(secret), anyOf(…) or a function. A plain string, a webhook receiver, and an object that you built or ' +
      'copied yourself are not accepted.',
  )
}

/** Freezes the check; a copy of it has no brand. */
function branded(credential: CallerCheck): CallerCheck {
  return Object.freeze(Object.defineProperty(credential, brand, { value: true }))
}

function checkTokens(accepted: string | readonly string[], what: string): readonly string[] {
  const list = typeof accepted === 'string' ? [accepted] : accepted
  const sendable = (value: unknown): boolean =>
    typeof value === 'string' && /^[\x21-\x2b\x2d-\x7e]+$/.test(value) && !isMissing(value)
  if (Array.isArray(list) && list.length > 0 && list.every(sendable)) return list
  throw new TypeError(
    `${what} must be a string of visible ASCII characters without spaces or commas, and not "undefined" or "null", or a list of such ` +
      'strings. Set it to what you registered with Koywe, for example in the environment variable KOYWE_CALLBACK_TOKEN. `openssl rand -hex 32` makes a new one.',
  )
}

function checkPairs(accepted: UsernamePassword | readonly UsernamePassword[]): readonly string[] {
  const list: readonly unknown[] = Array.isArray(accepted) ? accepted : [accepted]
  const isPair = (value: unknown): value is UsernamePassword => {
    const { username, password } = (value ?? {}) as Partial<UsernamePassword> // checked on the next line
    const filled = [username, password].every(
      (part) => typeof part === 'string' && !isMissing(part),
    )
    return filled && !username?.includes(':')
  }
  if (list.length > 0 && list.every(isPair)) {
    return list.map(({ username, password }) => `${username}:${password}`)
  }
  throw new TypeError(
    '`basic` needs a user name without a colon and a password, neither of them blank, "undefined" or "null": basic({ username, password }), or a list of such pairs.',
  )
}
