const statusByCode = {
  missing_signature: 401,
  invalid_signature: 401,
  unauthorized: 401,
  invalid_json: 400,
  invalid_payload: 400,
  payments_webhook: 400,
  ramp_webhook: 400,
  body_aborted: 400,
  body_timeout: 408,
  body_too_large: 413,
  unsupported_encoding: 415,
  unsupported_media_type: 415,
  handler_failed: 500,
  check_failed: 500,
  body_consumed: 500,
  in_progress: 503,
  timeout: 503,
  store_unavailable: 503,
} as const

/** Stable codes for everything that can go wrong with a request. The code is all the caller ever sees. */
export type KoyweErrorCode = keyof typeof statusByCode

const brand = Symbol.for('@x/koywe-core.KoyweError')

/**
 * A request that fails. `code` is for the caller; `message` is for the developer's log: what went wrong, and what to do. Mistakes
 * in the set-up are `TypeError`s instead.
 */
export class KoyweError extends Error {
  override readonly name = 'KoyweError'
  readonly code: KoyweErrorCode
  /** The HTTP status that belongs to the code. */
  readonly status: number

  constructor(code: KoyweErrorCode, message: string, options?: { readonly cause?: unknown }) {
    super(message, options)
    this.code = code
    this.status = statusByCode[code]
    Object.defineProperty(this, brand, { value: true })
  }

  /** Like `instanceof`, but also true for errors of another copy of this package in the same process. */
  static is(value: unknown): value is KoyweError {
    try {
      return typeof value === 'object' && value !== null && brand in value
    } catch {
      // A proxy may throw when it is looked at.
      return false
    }
  }
}

/** The HTTP status that belongs to a code. */
export function statusOf(code: KoyweErrorCode): number {
  return statusByCode[code]
}
