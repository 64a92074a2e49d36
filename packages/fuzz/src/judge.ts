import { createHmac } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import type { Body, HttpResponse } from '@x/koywe-core'

// Nothing of the core decides here: the signature is Node's HMAC, and the table is written out again.

/** The secrets of the receiver. */
export const secrets = ['fuzz-secret-ñ', 'an older secret'] as const

/** The largest body that the receiver takes, in bytes. */
export const limit = 65_536

/** What a listener received. */
export interface Heard {
  readonly event: unknown
  readonly signedText: string
}

/** The answers of the README's table. */
const statuses: Readonly<Record<string, number>> = {
  missing_signature: 401,
  invalid_signature: 401,
  invalid_json: 400,
  invalid_payload: 400,
  payments_webhook: 400,
  body_aborted: 400,
  body_timeout: 408,
  body_too_large: 413,
  unsupported_encoding: 415,
  body_consumed: 500,
}

/** Exactly as Koywe documents it. */
export function signatureOf(text: string, secret: string = secrets[0]): string {
  return createHmac('sha256', secret).update(text).digest('hex')
}

/**
 * Checks everything that is promised about one answer.
 *
 * @param body What was sent; `undefined` when it did not arrive whole.
 * @param mayRefuse Whether something else about the request is a reason to refuse it.
 * @throws {Error} that names the promise that was broken.
 */
export function judge(
  answer: HttpResponse,
  heard: readonly Heard[],
  body: Body | undefined,
  mayRefuse: boolean,
): void {
  const accepted = answer.status === 200
  if (accepted !== (heard.length === 1)) fail(`answered ${answer.status}, heard ${heard.length}`)
  if (!isOfTheTable(answer)) fail(`answered ${answer.status} ${answer.body}`)
  const sent = body && readSent(body)
  if (accepted && !sent?.isSigned) fail('accepted without a valid signature')
  if (accepted && !sent?.isWithinBounds) fail('accepted beyond the bounds')
  if (
    !accepted &&
    !mayRefuse &&
    sent?.isSigned &&
    sent.isEvent &&
    sent.isJson &&
    sent.isWithinBounds
  ) {
    fail(`refused a genuine delivery: ${answer.body}`)
  }
  for (const { event, signedText } of heard) {
    if (signedText !== sent?.signedText) fail('signedText is not what was signed')
    if (!isDeepStrictEqual(event, JSON.parse(signedText))) fail('the event is not what was signed')
  }
}

function isOfTheTable({ status, headers, body }: HttpResponse): boolean {
  if (headers['content-type'] !== 'application/json; charset=utf-8') return false
  if (headers['content-length'] !== String(Buffer.byteLength(body))) return false
  if (status === 200) return body === '{"received":true}'
  const { error, ...more } = JSON.parse(body)
  return statuses[error] === status && Object.keys(more).length === 0
}

interface Sent {
  readonly signedText: string
  readonly isSigned: boolean
  readonly isEvent: boolean
  /** Whether JSON writes and reads it back as it is. What is not has not come from Koywe. */
  readonly isJson: boolean
  readonly isWithinBounds: boolean
}

function readSent(body: Body): Sent | undefined {
  try {
    const value: unknown = 'value' in body ? body.value : JSON.parse(textOf(body))
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
    const { signature, ...payload } = value as Record<string, unknown> // an object and not an array
    const signedText = JSON.stringify(payload)
    const isSigned = secrets.some((secret) => signatureOf(signedText, secret) === signature)
    const isJson = !('value' in body) || isDeepStrictEqual(JSON.parse(JSON.stringify(value)), value)
    return {
      signedText,
      isSigned,
      isEvent: isEvent(payload),
      isJson,
      isWithinBounds: isSmall(value, body),
    }
  } catch {
    // It has no JSON form.
    return undefined
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
  const text = 'value' in body ? JSON.stringify(value) : textOf(body)
  const depth = 'value' in body ? depthOf(value) : nestingOf(text)
  return Buffer.byteLength(text) <= limit && depth <= 64
}

function depthOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0
  return 1 + Math.max(0, ...Object.values(value).map(depthOf))
}

/** How deep brackets nest, also in a field that a later one of the same name replaces. */
function nestingOf(text: string): number {
  let [level, deepest] = [0, 0]
  for (const bracket of text.replace(/"(?:[^"\\]|\\.)*"/gs, '').match(/[[\]{}]/g) ?? []) {
    level += '[{'.includes(bracket) ? 1 : -1
    deepest = Math.max(deepest, level)
  }
  return deepest
}

function fail(promise: string): never {
  throw new Error(`Broken promise: ${promise}`)
}
