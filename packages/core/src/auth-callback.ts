import { type Credential, type CredentialCheck, toCredential } from './credentials.js'
import { type Deadline, startDeadline } from './deadline.js'
import { errorHeaders, KoyweError } from './errors.js'
import { checkTimeout } from './exchange.js'
import { type HttpHandler, type HttpRequest, jsonResponse } from './http.js'
import { type JsonObject, parseBody } from './json-object.js'
import { checkHeaders, checkLimit } from './limits.js'
import { checkLogger, chooseLogger, type Logger } from './logger.js'
import { splitBody } from './signature.js'

/** Koywe's question: may this user operate? */
export interface AuthQuestion {
  /** The user's e-mail as Koywe sent it: 1 to 254 characters, neither trimmed nor put into lower case. */
  readonly email: string
  /** The whole body, with every field that Koywe sent. */
  readonly payload: JsonObject
  readonly request: HttpRequest
  /** Aborts when `timeoutMs` is over. */
  readonly signal: AbortSignal
}

/** Settings of the authentication callback. */
export interface KoyweAuthCallbackOptions {
  /** How Koywe shows who it is. There is no default. */
  readonly auth: Credential | CredentialCheck
  /** Decides. Only a literal `true`, or a promise of it, is a yes. */
  readonly isAllowed: (question: AuthQuestion) => boolean | Promise<boolean>
  /** How long the answer may take, in milliseconds; then it is no. Koywe documents no limit of its own. Default: 5000. */
  readonly timeoutMs?: number
  /** The largest body that is read, in bytes. Default: 4096. */
  readonly limit?: number
  /** Where the sentences for the developer go; `false` for nowhere. Default: the framework's log of the request, else `console`. */
  readonly logger?: Logger | false
}

/**
 * Makes the handler of Koywe's authentication callback. It answers `true` only with status 200 and only when
 * `isAllowed` gave exactly `true` to an authenticated, well-formed question; every other answer has the body `false`,
 * because Koywe takes any truthy body for a yes.
 * Source: Koywe's page, "something that looks like a boolean", and its pseudo-code `if (!validUser(payload.email)) throw`.
 *
 * @throws {TypeError} when `auth` or `isAllowed` is missing, or an option is wrong.
 */
export function createKoyweAuthCallback(options: KoyweAuthCallbackOptions): HttpHandler {
  const { isAllowed, timeoutMs = 5000, limit = 4096 } = options
  const credential = toCredential(options.auth)
  if (typeof isAllowed !== 'function') {
    throw new TypeError('`isAllowed` must be a function that returns true or false.')
  }
  checkTimeout(timeoutMs)
  checkLimit(limit)
  checkLogger(options.logger)

  const late = (): KoyweError =>
    new KoyweError('timeout', `The question could not be answered within ${timeoutMs} ms.`)

  /** Lets the caller in by its headers before a byte is read, or else by its body. Returns that body. */
  async function authenticate(request: HttpRequest, deadline: Deadline): Promise<JsonObject> {
    const { byHeaders, byBody } = credential
    const refusal = byHeaders && (await deadline.race(refusalOf(byHeaders, request), late))
    const known = byHeaders !== undefined && refusal === undefined
    if (!known && byBody === undefined) throw unauthorized(request, refusal)
    checkHeaders(request.headers, limit)
    checkMediaType(request)
    const { object: body } = parseBody(await deadline.race(request.body(limit), late), limit)
    if (!known && !byBody?.(splitBody(body))) throw unauthorized(request, refusal)
    return body
  }

  /** Asks the user's function. What it throws may hold the e-mail, so that is taken out. */
  async function decide(question: AuthQuestion, deadline: Deadline, logger: Logger) {
    const asked = (async () => isAllowed(question))()
    const answer: unknown = await deadline.race(
      asked.catch((error: unknown) => {
        throw new KoyweError('check_failed', `isAllowed failed: ${redact(error, question)}`)
      }),
      late,
    )
    if (typeof answer !== 'boolean') {
      logger.warn(
        `koywe: isAllowed gave ${answer === null ? 'null' : `a value of type ${typeof answer}`}. Only a literal true is a yes, so the answer was false.`,
      )
    }
    return answer === true
  }

  return {
    async handle(request) {
      const logger = chooseLogger(options.logger, request.logger)
      const deadline = startDeadline(timeoutMs)
      const controller = new AbortController()
      try {
        const payload = await authenticate(request, deadline)
        const question = { email: checkEmail(payload), payload, request, signal: controller.signal }
        return jsonResponse(200, await decide(question, deadline, logger))
      } catch (error) {
        if (!KoyweError.is(error)) throw error
        if (error.code === 'timeout') controller.abort(error)
        logger.warn(`koywe ${error.code}: ${error.message}`)
        const challenge = error.status === 401 ? { 'www-authenticate': credential.challenge } : {}
        return jsonResponse(error.status, false, { ...errorHeaders(error.code), ...challenge })
      } finally {
        deadline.clear()
      }
    },
  }
}

/** Why a check did not say yes, or nothing when it did. Verifiers of JWTs refuse by throwing. */
async function refusalOf(
  check: (request: HttpRequest) => unknown,
  request: HttpRequest,
): Promise<string | undefined> {
  try {
    return (await check(request)) === true ? undefined : 'it does not fit `auth`'
  } catch (error) {
    // The name alone: a message may hold the credential.
    return `\`auth\` threw ${error instanceof Error ? error.name : `a ${typeof error}`}`
  }
}

function unauthorized({ headers }: HttpRequest, refusal = 'it does not fit `auth`'): KoyweError {
  const given =
    headers.authorization === undefined ? 'no Authorization header' : 'an Authorization header'
  return new KoyweError(
    'unauthorized',
    `A question came with ${given}, and ${refusal}. Compare it with what was registered with Koywe (updateValidationWebhook).`,
  )
}

function checkMediaType({ headers }: HttpRequest): void {
  const type = headers['content-type']
  if (type === undefined || /^application\/([\w.+-]+\+)?json *(;|$)/i.test(type)) return
  throw new KoyweError('unsupported_media_type', 'The question is not sent as application/json.')
}

function checkEmail({ email }: JsonObject): string {
  if (typeof email === 'string' && email.length >= 1 && email.length <= 254) return email
  throw new KoyweError(
    'invalid_payload',
    'The field `email` is not one string of 1 to 254 characters.',
  )
}

/** The error as text, without what must not be written down. */
function redact(error: unknown, { email, request }: AuthQuestion): string {
  if (!(error instanceof Error)) return `it threw a ${typeof error}`
  let text = error.stack ?? error.message
  for (const hidden of [email, ...(request.headers.authorization?.split(' ').slice(1) ?? [])]) {
    const pattern = hidden.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')
    if (pattern !== '') text = text.replace(new RegExp(pattern, 'gi'), '[hidden]')
  }
  return text
}
