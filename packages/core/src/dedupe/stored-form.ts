import { hash } from 'node:crypto'
import {
  type ClaimInProgress,
  checkPositive,
  type DedupeStoreOptions,
  dedupeDefaults,
  type ForgetAnswer,
  inProgress,
} from './store.js'

/** Keys that an engine can store unchanged: visible ASCII, short enough for an index, and not a digest of ours. */
const plainKey = /^(?!sha256:)[\x21-\x7e]{1,200}$/

/** A hundred years: engines refuse much longer times. */
const longestMs = 100 * 365 * 24 * 60 * 60_000

/**
 * Returns the key in a form that every engine can store. A `delivery.id` stays unchanged, so that operators find it; a long or
 * unusual key becomes a digest. Different keys stay different.
 */
export function storedKey(key: string): string {
  // As JSON, so that lone surrogates stay distinct: UTF-8 cannot encode them.
  return plainKey.test(key) ? key : `sha256:${hash('sha256', JSON.stringify(key))}`
}

/**
 * Returns a store's times in whole milliseconds, as text.
 *
 * @throws {TypeError} when one is not a number above 0, or is over a hundred years.
 */
export function storeTimes({
  leaseMs = dedupeDefaults.leaseMs,
  ttlMs = dedupeDefaults.ttlMs,
}: DedupeStoreOptions): { readonly lease: string; readonly ttl: string } {
  checkPositive({ leaseMs, ttlMs })
  for (const [name, ms] of Object.entries({ leaseMs, ttlMs })) {
    if (ms > longestMs) throw new TypeError(`\`${name}\` must be at most a hundred years.`)
  }
  return { lease: String(Math.ceil(leaseMs)), ttl: String(Math.ceil(ttlMs)) }
}

/** Parses an engine's `in_progress`, which is followed by the milliseconds left of the lease, if known. */
export function readInProgress(answer: unknown): ClaimInProgress | undefined {
  const [state, leftMs] = String(answer).split(' ')
  return state === 'in_progress' ? inProgress(Number(leftMs)) : undefined
}

/** Whether an engine's answer is that of `forget`. */
export function isForgetAnswer(answer: unknown): answer is ForgetAnswer {
  return answer === 'forgotten' || answer === 'in_progress' || answer === 'unknown'
}
