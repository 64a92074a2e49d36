import { hash } from 'node:crypto'
import { parseVerified } from '../http/json-object.js'
import { isRefusal } from '../http/refusal.js'
import type { Scheme } from '../http/scheme.js'
import { createVerifier, type Secrets } from '../ramp/signature.js'
import {
  isKoywePaymentsEventType,
  type KoywePaymentsEvent,
  koywePaymentsEventTypes,
  type UnknownKoywePaymentsEvent,
} from './events.js'
import { orderIdOf, parsePaymentsEvent } from './fields.js'
import { verifyHeader } from './verify-header.js'

/**
 * Creates the scheme of the Payments API, which signs the bytes of the body in the header Koywe-Signature.
 *
 * @throws {TypeError} when there is no secret, or one is not a string or blank.
 */
export function createPaymentsScheme(
  secrets: Secrets,
): Scheme<KoywePaymentsEvent | UnknownKoywePaymentsEvent> {
  const verifier = createVerifier(secrets, 'KOYWE_PAYMENTS_SECRET')
  return {
    api: 'payments',
    keyPrefix: 'payments:',
    nameField: 'type',
    names: koywePaymentsEventTypes,
    isName: isKoywePaymentsEventType,
    open(body, headers, limit) {
      const verified = verifyHeader(body, headers, verifier, limit)
      if (isRefusal(verified)) return verified
      const { signed, secretIndex } = verified
      const { object, text } = parseVerified(signed, limit)
      const event = parsePaymentsEvent(object)
      const { id } = event
      const hasId = typeof id === 'string' && id !== ''
      return { event, signedText: text, secretIndex, id: hasId ? id : hash('sha256', signed) }
    },
    nameOf: ({ type }) => type,
    orderIdOf,
    occurredAt: () => undefined,
  }
}
