import { hash } from 'node:crypto'
import { parseBody } from '../http/json-object.js'
import { isRefusal } from '../http/refusal.js'
import type { Scheme } from '../http/scheme.js'
import { createVerifier, type Secrets } from '../ramp/signature.js'
import { koywePaymentsEventTypes } from './events.js'
import { orderIdOf, parsePaymentsEvent } from './fields.js'
import { verifyHeader } from './verify-header.js'

type Event = ReturnType<typeof parsePaymentsEvent>

/**
 * Creates the scheme of the Payments API, which signs the bytes of the body in the header Koywe-Signature.
 *
 * @throws {TypeError} when a secret is missing or blank.
 */
export function createPaymentsScheme(secrets: Secrets): Scheme<Event> {
  const verifier = createVerifier(secrets, 'KOYWE_PAYMENTS_SECRET')
  return {
    api: 'payments',
    nameField: 'type',
    names: koywePaymentsEventTypes,
    open(body, headers, limit) {
      const verified = verifyHeader(body, headers, verifier, limit)
      if (isRefusal(verified)) return verified
      const { received, secretIndex } = verified
      const { object, text: signedText = '' } = parseBody(body, limit, 'invalid_payload')
      const event = parsePaymentsEvent(object)
      const id =
        typeof event.id === 'string' && event.id !== '' ? event.id : hash('sha256', received)
      const orderId = orderIdOf(event)
      return { event, eventName: event.type, orderId, id, signedText, secretIndex }
    },
    nameOf: ({ type }) => type,
  }
}
