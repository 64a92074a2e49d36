import { KoyweError, type KoyweErrorCode, statusOf } from '../errors.js'
import { authContext } from '../http/channel-contexts.js'
import { authChannel, type KoyweAuthContext } from '../http/channels.js'
import type { HttpHandler, HttpRequest, HttpResponse } from '../http/contract.js'
import { checkTimeout, type Exchange } from '../http/exchange.js'
import { createHandler } from '../http/handler.js'
import { type JsonObject, parseBody } from '../http/json-object.js'
import { checkHeaders, checkLimit } from '../http/limits.js'
import { errorHeaders, jsonResponse } from '../http/response.js'
import { aboutRequest } from '../log/about.js'
import { checkLogger, createLog, type Logger } from '../log/logger.js'
import { outlineOf } from '../log/outline.js'
import { splitBody } from '../ramp/signature.js'
import { checkOptions } from '../setup/options.js'
import { type CallerCheck, type RequestCheck, toCallerCheck } from './credentials.js'

/**
 * Koywe's question: may this user operate? The field (`email`, or the one named by the option `field`) is as Koywe sent it: 1 to
 * 254 characters, neither trimmed nor lower-cased.
 */
export type AuthQuestion<Field extends string = 'email'> = {
  readonly [Name in Field]: string
} & {
  /** The whole body, with every field that Koywe sent. */
  readonly payload: JsonObject
  readonly request: HttpRequest
  /** Aborts when time runs out (`timeoutMs`). */
  readonly signal: AbortSignal
}

/** Keeps TypeScript from inferring the field from the parameter of `isAllowed`: only the option `field` sets it. */
type Given<Field extends string> = [Field][Field extends unknown ? 0 : never]

/** Options of the authentication callback. */
export interface KoyweAuthCallbackOptions<Field extends string = 'email'> {
  /** How Koywe authenticates: `bearer`, `basic`, `apiKey`, `bodySignature`, `anyOf`, or a function. Required. */
  readonly auth: CallerCheck | RequestCheck
  /** Decides whether the user may operate. Only a literal `true`, or a promise of it, is a yes. */
  readonly isAllowed: (question: AuthQuestion<Given<Field>>) => boolean | Promise<boolean>
  /** The field that names the user, as registered with Koywe. Default: `'email'`. */
  readonly field?: Field
  /** Time limit for the answer, in milliseconds; after that it is no. Koywe documents no limit. Default: 5000. */
  readonly timeoutMs?: number
  /** The largest body to read, in bytes. Default: 4096. */
  readonly limit?: number
  /** Receives messages meant for the developer; `false` silences them. Default: the framework's logger of the request, or `console`. */
  readonly logger?: Logger | false
}

/** The names of {@link KoyweAuthCallbackOptions}, for adapters that add their own. */
export const authCallbackOptions: readonly string[] = Object.keys({
  auth: true,
  isAllowed: true,
  field: true,
  timeoutMs: true,
  limit: true,
  logger: true,
} satisfies Record<keyof KoyweAuthCallbackOptions, true>)

/**
 * Creates the handler of Koywe's authentication callback. It answers `true` only with status 200, and only if `isAllowed` returned
 * exactly `true` for an admitted, well-formed question. Every other answer has the body `false`, because Koywe treats any truthy
 * body as a yes.
 * Source: Koywe's documentation, "something that looks like a boolean", with the pseudo-code `if (!validUser(payload.email)) throw`.
 *
 * @throws {TypeError} when `auth` or `isAllowed` is missing, or an option is wrong or unknown.
 *
 * @example
 * ```ts
 * import { bearer, createKoyweAuthCallback } from '@x/koywe-core'
 *
 * const authCallback = createKoyweAuthCallback({
 *   auth: bearer(process.env.KOYWE_CALLBACK_TOKEN ?? ''),
 *   isAllowed: async ({ email }) => email === 'maria@example.com', // only a literal true is a yes
 * })
 * // await authCallback.handle(request) is { status: 200, headers: …, body: 'true' }
 * ```
 */
export function createKoyweAuthCallback<Field extends string = 'email'>(
  options: KoyweAuthCallbackOptions<Field>,
): HttpHandler {
  checkOptions(options, authCallbackOptions, 'createKoyweAuthCallback')
  const { isAllowed, field = 'email', timeoutMs = 5000, limit = 4096, logger } = options
  const credential = toCallerCheck(options.auth)
  if (typeof isAllowed !== 'function') {
    throw new TypeError('`isAllowed` must be a function that returns true or false.')
  }
  checkField(field)
  checkTimeout(timeoutMs)
  checkLimit(limit)
  checkLogger(logger)

  const log = createLog(logger)

  /** A question's path: admit, read, decide, answer. Whatever is thrown on the way becomes a refusal of ours. */
  async function answer(
    exchange: Exchange,
    context: KoyweAuthContext | undefined,
  ): Promise<HttpResponse> {
    try {
      const payload = await admit(exchange.request, context)
      exchange.throwIfTimedOut()
      exchange.subject = { about: () => aboutRequest(exchange.request) }
      const allowed = await decide(exchange, payload, context)
      if (context && !exchange.timedOut) context.allowed = allowed
      return allowed ? yes : no
    } catch (error) {
      throw toKoyweError(error)
    }
  }

  /** Admits the caller by its headers, or else by its body. Returns the body. */
  async function admit(
    request: HttpRequest,
    context: KoyweAuthContext | undefined,
  ): Promise<JsonObject> {
    const { byHeaders, byBody } = credential
    const refused = (reason: string) => unauthorized(credential, request, reason)
    const asked = byHeaders ? ask(byHeaders, request) : mismatch
    if (typeof asked === 'string' && byBody === undefined) throw refused(asked)
    const reading = read(request, context)
    // The body may turn out not to be needed.
    reading.catch(() => {})
    const verdict = await asked
    if (verdict !== true && byBody === undefined) throw refused(verdict)
    const body = await reading
    if (verdict !== true && byBody?.(splitBody(body)) !== true) throw refused(verdict)
    return body
  }

  /** Starts to read before it awaits anything: a stream that is already flowing would lose bytes. */
  async function read(
    request: HttpRequest,
    context: KoyweAuthContext | undefined,
  ): Promise<JsonObject> {
    checkHeaders(request.headers, limit)
    checkMediaType(request)
    const body = await request.body(limit)
    if (context) context.body = body
    return parseBody(body, limit).object
  }

  async function decide(
    exchange: Exchange,
    payload: JsonObject,
    context: KoyweAuthContext | undefined,
  ): Promise<boolean> {
    const { request } = exchange
    const user = userOf(payload, field)
    if (context) context.email = user
    const question = {
      [field]: user,
      payload,
      request,
      get signal() {
        return exchange.signal
      },
    }
    const answer = await answerOf(question as unknown as AuthQuestion<Field>) // TypeScript does not follow a computed name
    if (typeof answer !== 'boolean') {
      log.warn(
        request.logger,
        `koywe: isAllowed returned ${answer === null ? 'null' : `a value of type ${typeof answer}`}. Only a literal true is a yes, so the answer was false.`,
      )
    }
    return answer === true
  }

  async function answerOf(question: AuthQuestion<Field>): Promise<unknown> {
    try {
      return await isAllowed(question)
    } catch (error) {
      throw new KoyweError('check_failed', `isAllowed threw ${outlineOf(error)}.`)
    }
  }

  const handle = createHandler({
    channel: authChannel,
    contextOf: authContext,
    timeoutMs,
    log,
    timeoutError: () =>
      new KoyweError(
        'timeout',
        `The question was not answered within ${timeoutMs} ms, so the answer was false. Make \`auth\` and \`isAllowed\` faster, or ` +
          'raise `timeoutMs`.',
      ),
    answer,
    answerTo: (code) => answerNo(code, credential.challenge),
  })
  return { handle }
}

const yes = jsonResponse(200, true)
const no = jsonResponse(200, false)

function answerNo(code: KoyweErrorCode, challenge: string): HttpResponse {
  const status = statusOf(code)
  const headers = status === 401 ? { 'www-authenticate': challenge } : errorHeaders(code)
  return jsonResponse(status, false, headers)
}

/** `true` admits; a text tells the log what was wrong. */
type Verdict = true | string

const mismatch = '`auth` did not accept it'

/** Calls a check of the headers. Returns at once unless the check is asynchronous, and never throws. */
function ask(
  check: (request: HttpRequest) => unknown,
  request: HttpRequest,
): Verdict | Promise<Verdict> {
  try {
    const answer = check(request)
    if (typeof answer === 'object' && answer !== null) return settle(answer)
    return answer === true || mismatch
  } catch (error) {
    return refusalOf(error)
  }
}

async function settle(answer: object): Promise<Verdict> {
  try {
    const awaited: unknown = await answer
    return awaited === true || mismatch
  } catch (error) {
    return refusalOf(error)
  }
}

/** JWT verifiers refuse by throwing. */
function refusalOf(error: unknown): string {
  return `\`auth\` threw ${outlineOf(error)}`
}

function unauthorized(
  credential: CallerCheck,
  { headers }: HttpRequest,
  reason: string,
): KoyweError {
  const given = credential.headers.map((name) =>
    headers[name.toLowerCase()] === undefined
      ? ` without the header ${name}`
      : ` with the header ${name}`,
  )
  return new KoyweError(
    'unauthorized',
    `Refused a question${given.join(',')}: ${reason}. Compare \`auth\` with what you registered with Koywe (updateValidationWebhook).`,
  )
}

function checkMediaType({ headers }: HttpRequest): void {
  const type = headers['content-type']
  if (type === undefined || /^application\/([\w.+-]+\+)?json *(;|$)/i.test(type)) return
  throw new KoyweError(
    'unsupported_media_type',
    'The Content-Type of the question is not application/json.',
  )
}

/** Names with another meaning in the question or the body. */
const reserved: readonly unknown[] = ['payload', 'request', 'signal', 'signature', '__proto__']

function checkField(field: unknown): void {
  if (typeof field === 'string' && field.trim() !== '' && !reserved.includes(field)) return
  throw new TypeError(
    "`field` must be the name you registered with Koywe, such as 'email', and not one of: " +
      `${reserved.join(', ')}.`,
  )
}

function userOf(payload: JsonObject, field: string): string {
  const value = Object.hasOwn(payload, field) ? payload[field] : undefined
  if (typeof value === 'string' && value.length >= 1 && value.length <= 254) return value
  throw new KoyweError(
    'invalid_payload',
    `The field \`${field}\` is not a string of 1 to 254 characters.`,
  )
}

function toKoyweError(error: unknown): KoyweError {
  if (KoyweError.is(error)) return error
  return new KoyweError('check_failed', `The question could not be handled: ${outlineOf(error)}.`)
}
