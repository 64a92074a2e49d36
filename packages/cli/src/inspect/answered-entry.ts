import { defaultPaths } from '@x/koywe-core/testing'
import { explain, isKnownCode } from '../answers/explain.js'
import type { Api } from '../contract/api.js'
import type { DeliveryEntry, Entry, KeptBody } from './entries.js'
import { claimedFields, objectOf } from './fields-of-body.js'
import type { Sent } from './reported-entry.js'
import { shortenedEmail } from './shortened-email.js'

/** A request and its answer as they are seen from outside, so that the receiver's reason is unknown. */
export interface Exchanged {
  readonly number: number
  readonly receivedAt: Date
  readonly method: string
  /** Without its query. */
  readonly path: string
  readonly sent: Sent
  readonly headers: Readonly<Record<string, string>>
  /** Absent when it was too long to keep. */
  readonly body: KeptBody | undefined
  /** Absent until the request is answered. */
  readonly answer?: { readonly status: number; readonly text: string; readonly durationMs: number }
  /** Why there is no answer of the application. */
  readonly failure?: { readonly code: string; readonly reason: string }
}

/** More of the answer to a question is not kept, in characters. */
const mostSaid = 200

/** Makes an entry of what a proxy, or the sender of a request, sees. */
export function answeredEntry(exchanged: Exchanged): Entry {
  const { number, receivedAt, method, path, sent, answer, failure } = exchanged
  const said = answer && jsonOrText(answer.text)
  const code = failure?.code ?? textAt(said, 'error')
  const asked = isQuestion(exchanged, said) ? 'question' : apiOf(exchanged)
  const cure = answer && !failure ? explain(answer.status, code, asked)?.cure : undefined
  const common = {
    version: 1,
    ...{ number, receivedAt: receivedAt.toISOString(), method, path, ...sent },
    ...(answer && { status: answer.status, durationMs: answer.durationMs }),
    ...(code !== undefined && { code }),
    ...(failure && { reason: failure.reason }),
    ...(cure !== undefined && { cure }),
  } as const
  if (asked !== 'question') return delivery(common, asked, exchanged, said)
  const { email } = objectOf(exchanged.body) ?? {}
  const isYes = answer !== undefined && answer.status < 300 && Boolean(said)
  return {
    kind: 'question',
    ...common,
    ...(typeof email === 'string' && { email: shortenedEmail(email) }),
    allowed: said === true && answer?.status === 200,
    ...(answer &&
      !failure && {
        said: answer.text.slice(0, mostSaid),
        koyweConcludes: isYes ? 'allowed' : 'denied',
      }),
  }
}

function delivery(
  common: Pick<DeliveryEntry, 'version' | 'number' | 'receivedAt' | 'method' | 'path' | 'origin'>,
  api: Api,
  { headers, body }: Exchanged,
  said: unknown,
): DeliveryEntry {
  return {
    kind: 'delivery',
    ...common,
    api,
    ...claimedFields(body),
    duplicate: typeof said === 'object' && said !== null && Reflect.get(said, 'duplicate') === true,
    ...(body && { body }),
    headers,
    errors: [],
  }
}

function apiOf({ headers, body }: Exchanged): Api {
  const isPayments =
    headers['koywe-signature'] !== undefined && objectOf(body)?.signature === undefined
  return isPayments ? 'payments' : 'ramp'
}

/**
 * What is signed in its body and has no name is no event, but a question, unless a receiver says why it refuses it. A question tells of a
 * person, whatever its field is called, and whatever a callback answers, so its body is not kept.
 */
function isQuestion({ path, headers, body }: Exchanged, said: unknown): boolean {
  const { koyweAuthCallback, ...receivers } = defaultPaths
  if (path === koyweAuthCallback) return true
  const paths: readonly string[] = Object.values(receivers)
  const object = objectOf(body)
  if (object === undefined || 'eventName' in object || 'type' in object) return false
  if (paths.includes(path) || headers['koywe-signature'] !== undefined) return false
  return !isKnownCode(textAt(said, 'error'))
}

/** As axios reads an answer. */
function jsonOrText(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

function textAt(value: unknown, name: string): string | undefined {
  const found = typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined
  return typeof found === 'string' ? found : undefined
}
