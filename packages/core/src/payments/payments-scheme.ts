import { hash } from 'node:crypto'
import { parseBody } from '../http/json-object.js'
import type { Scheme } from '../http/scheme.js'
import { createVerifier, type Secrets } from '../ramp/signature.js'
import {
  type KoywePaymentsEvent,
  koywePaymentsEventTypes,
  type UnknownKoywePaymentsEvent,
} from './events.js'
import { orderIdOf, parsePaymentsEvent } from './fields.js'
import { receivedAs, verifyHeader } from './verify-header.js'

/**
 * Creates the scheme of the Payments API, which signs the bytes of the body in the header Koywe-Signature.
 *
 * @throws {TypeError} when a secret is missing or blank.
 */
export function createPaymentsScheme(
  secrets: Secrets,
): Scheme<KoywePaymentsEvent | UnknownKoywePaymentsEvent> {
  const verifier = createVerifier(secrets, 'KOYWE_PAYMENTS_SECRET')
  return {
    api: 'payments',
    nameField: 'type',
    names: koywePaymentsEventTypes,
    open(body, headers, limit) {
      const secretIndex = verifyHeader(body, headers, verifier, limit)
      if (typeof secretIndex !== 'number') return secretIndex
      const { object, text = '' } = parseBody(body, limit, 'invalid_payload')
      const event = parsePaymentsEvent(object)
      const { id } = event
      const ownId = typeof id === 'string' && id !== '' ? id : undefined
      return { event, signedText: text, secretIndex, id: ownId ?? hash('sha256', receivedAs(body)) }
    },
    nameOf: ({ type }) => type,
    orderIdOf,
    occurredAt: () => undefined,
  }
}
