import { explain } from '../answers/explain.js'
import { type Api, apis } from '../contract/api.js'
import type { DeliveryEntry, Entry, KeptBody, Origin, QuestionEntry } from './entries.js'
import { claimedFields } from './fields-of-body.js'
import type { RequestReport } from './preload/wire.js'

/** Where a request came from, as the inspector knows it. */
export interface Sent {
  readonly origin: Origin
  readonly replayOf?: number
}

/** Makes an entry of what the application's preload has reported. */
export function reportedEntry(
  number: number,
  report: RequestReport,
  body: KeptBody | undefined,
  sent: Sent,
): Entry {
  const { method, path, status, durationMs, code, reason } = report
  const receivedAt = new Date(report.receivedAt).toISOString()
  const cure = status === undefined ? undefined : cureOf(report, status)
  const common = {
    version: 1,
    ...{ number, receivedAt, method, path, ...sent },
    ...defined({ status, durationMs, code, reason, cure }),
  } as const
  return report.type === 'question' ? question(common, report) : delivery(common, report, body)
}

/** The page shows what elsewhere only the server's log says. */
function cureOf(report: RequestReport, status: number): string | undefined {
  const asked = report.type === 'question' ? report.type : reportedApi(report)
  switch (report.code) {
    case 'missing_signature':
      // The receiver's own sentence says it.
      return report.reason === undefined ? explain(status, report.code, asked)?.cure : undefined
    case 'handler_failed':
      return 'Fix the listener: open the delivery for the stack.'
    case 'invalid_signature':
      return `For an event of your own: is ${apis[reportedApi(report)].secretName} the same here and in the application?`
    default:
      return explain(status, report.code, asked)?.cure
  }
}

type Common = Omit<QuestionEntry, 'kind' | 'email' | 'allowed' | 'said' | 'koyweConcludes'>

function question(common: Common, { email, allowed = false, status }: RequestReport): Entry {
  return {
    kind: 'question',
    ...common,
    ...defined({ email }),
    allowed,
    // The callback answers `true` or `false`, and `true` with status 200 alone.
    ...(status !== undefined && {
      said: String(allowed),
      koyweConcludes: allowed ? 'allowed' : 'denied',
    }),
  }
}

function delivery(
  common: Common,
  report: RequestReport,
  body: KeptBody | undefined,
): DeliveryEntry {
  const { deliveryId, secretIndex, duplicate = false, headers, errors = [] } = report
  const { eventName, orderId, occurredAt } = report.event ?? {}
  const isVerified = secretIndex !== undefined
  return {
    kind: 'delivery',
    ...common,
    api: reportedApi(report),
    ...claimedFields(body),
    ...defined({ eventName, orderId, deliveryId, occurredAt, secretIndex }),
    ...defined({ verified: isVerified || (isForged(common.code) ? false : undefined) }),
    ...defined({ body, headers }),
    duplicate,
    errors,
  }
}

/** The API whose receiver has reported. */
export function reportedApi({ event }: RequestReport): Api {
  return event?.api === 'payments' ? 'payments' : 'ramp'
}

function isForged(code: string | undefined): boolean {
  return code === 'missing_signature' || code === 'invalid_signature'
}

/** Without the properties that are `undefined`. */
function defined<T extends object>(values: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>
  } // the same keys, fewer
}
