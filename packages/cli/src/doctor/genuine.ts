import { apis } from '../contract/api.js'
import { type Answer, codeOf, isPage, isSuccess } from './answer.js'
import { type Check, not, pass, summaryOf } from './check.js'
import { type Cause, cures } from './cures.js'
import { genuineDelivery, unsignedDelivery } from './delivery.js'
import { post, type Receiver } from './receiver.js'
import type { Outcome, WireRequest } from './wire.js'

/** What a signed delivery has shown. */
export interface GenuineResult {
  readonly checks: readonly Check[]
  /** A receiver has read a delivery. If not, its refusals would prove nothing. */
  readonly reached: boolean
  /** It has found the signature right. */
  readonly verifies: boolean
}

const accepted = 'a signed delivery is accepted'
const unchanged = 'every field arrives as it was sent'
const repeated = 'a duplicate is accepted'

/** Sends a signed delivery as Koywe does. If it is refused, finds out why. */
export async function checkGenuine(receiver: Receiver): Promise<GenuineResult> {
  const delivery = genuineDelivery(receiver)
  const outcome = await post(receiver, delivery)
  const cause = await causeOf(receiver, outcome)
  if (cause !== undefined) {
    const cure = cause === 'wrong_path' ? await cureOfPath(receiver) : cures[cause]
    const reached = ['wrong_secret', 'parser_changes', 'listener_fails'].includes(cause)
    return {
      checks: [not('fail', accepted, cause, summaryOf(outcome), cure)],
      reached,
      verifies: cause === 'listener_fails',
    }
  }
  const checks = [
    isExact(outcome)
      ? pass(accepted, summaryOf(outcome))
      : not('warn', accepted, 'not_exactly_200', summaryOf(outcome)),
    await checkUnchanged(receiver),
    await checkRepeated(receiver, delivery),
  ]
  return { checks, reached: true, verifies: true }
}

function isExact(outcome: Outcome): boolean {
  return outcome.kind === 'answer' && outcome.status === 200
}

/** Koywe may add fields. What parsers and sanitizers like to change is in these. */
async function checkUnchanged(receiver: Receiver): Promise<Check> {
  const delivery = genuineDelivery(receiver, {
    externalId: ' A-1 ',
    note: 'ñ € 🪝 <b>&amp;</b>',
    empty: '',
    nothing: null,
    list: [],
    nested: { amount: 1.5, date: '2022-10-26', big: 1e21 },
  })
  const outcome = await post(receiver, delivery)
  const summary = summaryOf(outcome)
  if (isYes(outcome)) return pass(unchanged, summary)
  if (outcome.kind !== 'answer') return not('fail', unchanged, outcome.kind, summary)
  return not('fail', unchanged, failureOf(outcome, receiver) ?? 'parser_changes', summary)
}

async function checkRepeated(receiver: Receiver, delivery: WireRequest): Promise<Check> {
  const outcome = await post(receiver, delivery)
  const summary = summaryOf(outcome)
  if (isYes(outcome)) return pass(repeated, summary)
  return not('fail', repeated, 'duplicate_refused', summary)
}

/** Why a signed delivery was not accepted; `undefined` if it was. */
async function causeOf(receiver: Receiver, outcome: Outcome): Promise<Cause | undefined> {
  if (outcome.kind === 'answer') {
    if (isSuccess(outcome)) return isPage(outcome) ? 'error_page' : undefined
    const known = failureOf(outcome, receiver)
    if (known !== undefined) return known
  }
  // The same bytes, not declared as JSON, pass by a JSON parser. If they are accepted, the parser makes the difference.
  const again = genuineDelivery(receiver)
  const bytes = await post(receiver, {
    ...again,
    headers: { ...again.headers, 'content-type': 'application/octet-stream' },
  })
  if (isYes(bytes)) return isRefusal(outcome) ? 'parser_changes' : 'parser_eats'
  if (outcome.kind !== 'answer') {
    return outcome.kind === 'hang' && bytes.kind === 'answer' && codeOf(bytes) !== undefined
      ? 'parser_eats'
      : outcome.kind
  }
  const { status, headers } = outcome
  if (status === 401) return headers.has('www-authenticate') ? 'blocked' : 'wrong_secret'
  if (isPage(outcome) || (status >= 500 && !isJson(outcome))) return 'error_page'
  return status >= 500 ? 'server_fails' : 'unexpected'
}

/** What an answer says by itself. */
function failureOf(answer: Answer, { api }: Receiver): Cause | undefined {
  const { status } = answer
  const code = codeOf(answer)
  if (code === (api === 'payments' ? 'payments_webhook' : 'ramp_webhook')) return 'other_api'
  switch (code) {
    case 'body_consumed':
    case 'body_timeout':
    case 'body_aborted':
      return 'parser_eats'
    case 'missing_signature':
    case 'invalid_json':
    case 'invalid_payload':
    case 'payments_webhook':
    case 'ramp_webhook':
      return 'parser_changes' // the delivery has a signature and is a good event
    case 'unsupported_encoding':
      return 'compressed_request'
    case 'handler_failed':
    case 'timeout':
    case 'store_unavailable':
      return 'listener_fails'
  }
  if (status >= 300 && status < 400) return 'redirect'
  if (status === 404 || status === 405 || status === 410) return 'wrong_path'
  if (status === 403 || status === 407 || status === 429) return 'blocked'
  return undefined
}

/** Looks for the receiver at the paths that are usually meant. */
async function cureOfPath(receiver: Receiver): Promise<string> {
  const { url } = receiver
  const { pathname } = url
  const candidates = [
    apis[receiver.api].path,
    pathname.endsWith('/') ? pathname.slice(0, -1) : `${pathname}/`,
  ]
  for (const path of candidates) {
    if (path === pathname || path === '') continue
    const at = new URL(path, url)
    const outcome = await post(receiver, unsignedDelivery(receiver), at)
    if (outcome.kind === 'answer' && codeOf(outcome) === 'missing_signature') {
      return `A receiver answers at ${at.href}: use that URL, and register exactly it with Koywe.`
    }
  }
  return cures.wrong_path
}

function isYes(outcome: Outcome): boolean {
  return outcome.kind === 'answer' && isSuccess(outcome) && !isPage(outcome)
}

function isRefusal(outcome: Outcome): boolean {
  return outcome.kind === 'answer' && outcome.status >= 400 && outcome.status < 500
}

function isJson({ headers }: Answer): boolean {
  return (headers.get('content-type') ?? '').includes('json')
}
