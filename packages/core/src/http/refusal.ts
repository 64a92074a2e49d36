import type { KoyweErrorCode } from '../errors.js'

/** A refusal that is not an error: its sentence is built only if it will be logged. */
export interface Refusal {
  readonly code: KoyweErrorCode
  readonly sentence: () => string
}

/** Tells a refusal from what it stands instead of: nothing else has a `sentence`. */
export function isRefusal(value: object): value is Refusal {
  return 'sentence' in value
}
