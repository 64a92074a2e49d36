import { type AskOptions, ask, type CallbackAnswer, defaultPaths } from '@x/koywe-core/testing'
import { type Explanation, explain } from '../answers/explain.js'
import { answerLine, explanationLines } from '../answers/text.js'
import { type ExitCode, exitCodes, usageError } from '../contract/exit.js'
import { httpUrl, withPath } from '../contract/guard.js'
import { networkError } from '../contract/network-error.js'
import { createOutput, paint } from '../contract/output.js'
import { secretFrom, setting } from '../contract/secret.js'
import { defaultOrigin } from '../contract/target-options.js'

/** The options of `koywe auth`. */
export interface AuthOptions {
  readonly email: string
  readonly bearer?: string
  readonly basic?: string
  readonly apiKey?: string
  readonly bodySignature?: boolean
  readonly stranger?: boolean
  readonly secret?: string
  readonly field: string
  readonly timeout: number
  readonly json?: boolean
}

/** Asks about one user, prints the answer and what Koywe would conclude, and returns the exit code. */
export async function auth(address: string | undefined, options: AuthOptions): Promise<ExitCode> {
  const url = withPath(httpUrl(address ?? defaultOrigin), defaultPaths.koyweAuthCallback)
  const asking = {
    ...(await credentialOf(options)),
    field: options.field,
    timeoutMs: options.timeout,
  }
  const output = createOutput(options)
  const answer = await askOr(url, options.email, asking)
  const { status, body, koyweConcludes } = answer
  const { right, explanation } = judge(answer, options)
  const conclusion = koyweConcludes ? 'allowed' : 'not allowed'
  const lines = [
    answerLine(status, body),
    `Koywe would conclude: ${paint(koyweConcludes ? 'green' : 'yellow', conclusion)}`,
  ]
  if (explanation) lines.push(explanationLines(explanation))
  const { email } = options
  output.result(
    { email, url: url.href, status, body, koyweConcludes, right, ...explanation },
    lines.join('\n'),
  )
  return right ? exitCodes.ok : exitCodes.wrong
}

const byTruthiness: Explanation = {
  meaning:
    'This yes rests on truthiness: to Koywe any body of a success that is not empty, 0, false or null is a yes, also the text "no" and an error page.',
  cure: 'Answer with the JSON literals true and false only.',
}

const noByAccident: Explanation = {
  meaning: 'Koywe takes this for a no, but it is not the JSON literal false.',
  cure: 'Answer with the JSON literals true and false only.',
}

const noUser: Explanation = {
  meaning: 'The callback finds no user in the question.',
  cure: 'Is --field the option `field` of the callback? If it is, something changes the body on its way.',
}

const strangerAllowed: Explanation = {
  meaning:
    'The callback answered a caller without a credential: anybody can find out who your users are.',
  cure: 'Check the caller: bearer, basic, apiKey or bodySignature.',
}

function judge({ status, body, koyweConcludes }: CallbackAnswer, { stranger }: AuthOptions) {
  const isSuccess = status >= 200 && status < 300
  if (stranger) {
    const right = !isSuccess && !koyweConcludes
    return { right, explanation: right ? undefined : strangerAllowed }
  }
  if (koyweConcludes) {
    return body === true
      ? { right: true, explanation: undefined }
      : { right: false, explanation: byTruthiness }
  }
  if (isSuccess) {
    return body === false
      ? { right: true, explanation: undefined }
      : { right: false, explanation: noByAccident }
  }
  const explanation =
    status === 400 && body === false ? noUser : explain(status, codeOf(status, body), 'question')
  return { right: false, explanation }
}

/** The callback answers `false` to whatever it refuses, so the status alone says why. */
function codeOf(status: number, body: unknown): string | undefined {
  if (body !== false) return undefined
  return {
    401: 'unauthorized',
    415: 'unsupported_media_type',
    500: 'check_failed',
    503: 'timeout',
  }[status]
}

async function askOr(url: URL, email: string, options: AskOptions): Promise<CallbackAnswer> {
  try {
    return await ask(url, email, options)
  } catch (error) {
    throw networkError(error, url)
  }
}

async function credentialOf(options: AuthOptions): Promise<AskOptions> {
  if (options.stranger) return {}
  if (options.bodySignature) return { bodySignature: await secretFrom(options.secret) }
  if (options.basic !== undefined) {
    const [username, password] = halves('--basic', options.basic)
    return { basic: { username, password } }
  }
  if (options.apiKey !== undefined) {
    const [header, value] = halves('--api-key', options.apiKey)
    return { apiKey: { header, value: value.trimStart() } }
  }
  const bearer = options.bearer ?? (await setting('KOYWE_CALLBACK_TOKEN'))
  if (bearer !== undefined) return { bearer }
  throw usageError(
    'there is no credential for the callback',
    'Set KOYWE_CALLBACK_TOKEN in the environment or in .env, or pass --bearer, --basic, --api-key, --body-signature or --stranger',
  )
}

function halves(option: string, text: string): readonly [string, string] {
  const colon = text.indexOf(':')
  if (colon > 0) return [text.slice(0, colon), text.slice(colon + 1)]
  throw usageError(`${option} takes two parts with a colon between them`)
}
