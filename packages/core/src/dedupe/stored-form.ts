import { hash } from 'node:crypto'
import {
  type ClaimInProgress,
  checkPositive,
  type DedupeStoreOptions,
  dedupeDefaults,
  inProgress,
} from './store.js'

/** What an engine can keep as it is: visible ASCII, short enough for an index, and no digest of ours. */
const plainKey = /^(?!sha256:)[\x21-\x7e]{1,200}$/

/** A hundred years: engines refuse times that are far longer. */
const longestMs = 100 * 365 * 24 * 60 * 60_000

/**
 * A key in a form that every engine can store. `delivery.id` stays as it is, so that an operator finds it; anything
 * long or strange becomes a digest, and two different keys never become the same.
 */
export function storedKey(key: string): string {
  // As JSON, so that lone surrogates are told apart: UTF-8 has no bytes for them.
  return plainKey.test(key) ? key : `sha256:${hash('sha256', JSON.stringify(key))}`
}

/**
 * The times of a store on an engine, in whole milliseconds as text.
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

/** Reads an engine's `in_progress`, behind which stand the milliseconds of the lease that are left, where it knows them. */
export function readInProgress(answer: unknown): ClaimInProgress | undefined {
  const [state, leftMs] = String(answer).split(' ')
  return state === 'in_progress' ? inProgress(Number(leftMs)) : undefined
}
