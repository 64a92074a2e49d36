import type { IncomingHttpHeaders } from 'node:http'
import type { Body } from '../http/contract.js'
import { parseBody } from '../http/json-object.js'
import { isRefusal, type Refusal } from '../http/refusal.js'
import type { KoyweEvent, UnknownKoyweEvent } from './events.js'
import { parseEvent } from './fields.js'
import type { Verifier } from './signature.js'
import { verifySignature } from './verify-signature.js'

/** A delivery that Koywe sent: its event, and what the signature covers. */
export interface OpenedDelivery {
  readonly event: KoyweEvent | UnknownKoyweEvent
  readonly signedText: string
  /** Which of the secrets made the signature. */
  readonly secretIndex: number
}

/**
 * Opens a delivery of the ramp API: parses it within `limit`, verifies it and types it. All that the receiver knows of Koywe's ramp
 * API is behind this function; another API needs another one.
 *
 * @throws {KoyweError} for everything but a bad signature, which is a {@link Refusal}.
 */
export function openDelivery(
  body: Body,
  headers: IncomingHttpHeaders,
  verifier: Verifier,
  limit: number,
): OpenedDelivery | Refusal {
  const verified = verifySignature(parseBody(body, limit), verifier, headers)
  if (isRefusal(verified)) return verified
  const { payload, text, secretIndex } = verified
  return { event: parseEvent(payload), signedText: text, secretIndex }
}
