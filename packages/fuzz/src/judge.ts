import { isDeepStrictEqual } from 'node:util'
import type { HttpResponse } from '@x/koywe-core'
import { secrets } from './signature.js'

// Nothing of the core decides here: the signatures are Node's HMAC, and the table is written out again.

/** What a listener is told of a delivery. */
export interface Heard {
  readonly signedText: string
  readonly id: string
  readonly secretIndex: number
}

/** What came of a request, besides its answer. */
export interface Witnessed {
  readonly heard: readonly (Heard & { readonly event: unknown })[]
  /** The sentences with which it was refused, if somebody watched. */
  readonly reasons: readonly string[]
}

/** What is promised of a request. */
export interface Expected {
  /** What a listener hears if the request is accepted, or the flaw for which it must not be. */
  readonly accepted: Heard | string
  /** The codes with which it may be refused; none if it must be accepted. */
  readonly refusals: readonly string[]
}

/** The answers of the README's table. */
const statuses = {
  missing_signature: 401,
  invalid_signature: 401,
  invalid_json: 400,
  invalid_payload: 400,
  payments_webhook: 400,
  ramp_webhook: 400,
  body_aborted: 400,
  body_timeout: 408,
  body_too_large: 413,
  unsupported_encoding: 415,
  body_consumed: 500,
} as const

/** A code of the README's table. */
export type Code = keyof typeof statuses

/** All of them. */
export const everyCode = Object.keys(statuses) as readonly Code[]

/** What is promised if something else about the request may be a reason to refuse it. */
export function orRefused(expected: Expected): Expected {
  return { ...expected, refusals: everyCode }
}

/**
 * Checks everything that is promised about one answer.
 *
 * @throws {Error} that names the promise that was broken.
 */
export function judge(answer: HttpResponse, witnessed: Witnessed, expected: Expected): void {
  const { heard, reasons } = witnessed
  const code = codeOf(answer)
  const accepted = code === 'received'
  if (accepted !== (heard.length === 1)) fail(`answered ${answer.status}, heard ${heard.length}`)
  if (!accepted && expected.refusals.length === 0) fail(`refused a genuine delivery: ${code}`)
  if (!accepted && !expected.refusals.includes(code)) {
    fail(`refused with ${code}, not with ${expected.refusals.join(' or ')}`)
  }
  for (const { event, ...told } of heard) {
    if (typeof expected.accepted === 'string') fail(`accepted ${expected.accepted}`)
    if (told.signedText !== expected.accepted.signedText) fail('signedText is not what was signed')
    if (!isDeepStrictEqual(told, expected.accepted))
      fail('another id or secret than that of what was signed')
    if (!isDeepStrictEqual(event, JSON.parse(told.signedText))) {
      fail('the event is not what was signed')
    }
  }
  for (const reason of reasons) {
    if (/[0-9a-f]{64}|\p{Cc}/u.test(reason) || secrets.some((secret) => reason.includes(secret))) {
      fail(`the log would show a secret, a digest or a control character: ${reason}`)
    }
  }
}

function codeOf({ status, headers, body }: HttpResponse): string {
  const isWhole =
    headers['content-type'] === 'application/json; charset=utf-8' &&
    headers['content-length'] === String(Buffer.byteLength(body))
  if (isWhole && status === 200 && body === '{"received":true}') return 'received'
  const { error, ...more } = JSON.parse(body)
  const isOfTheTable = statuses[error as Code] === status && Object.keys(more).length === 0
  return isWhole && isOfTheTable ? error : fail(`answered ${status} ${body}`)
}

function fail(promise: string): never {
  throw new Error(`Broken promise: ${promise}`)
}
