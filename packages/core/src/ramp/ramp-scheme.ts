import { parseBody } from '../http/json-object.js'
import { isRefusal } from '../http/refusal.js'
import type { Scheme } from '../http/scheme.js'
import { type KoyweEvent, koyweEventNames, type UnknownKoyweEvent } from './events.js'
import { parseEvent } from './fields.js'
import { createVerifier, type Secrets } from './signature.js'
import { verifySignature } from './verify-signature.js'

/** Creates the scheme of the ramp API, which signs inside the body. @throws {TypeError} when a secret is missing or blank. */
export function createRampScheme(secrets: Secrets): Scheme<KoyweEvent | UnknownKoyweEvent> {
  const verifier = createVerifier(secrets)
  return {
    api: 'ramp',
    nameField: 'eventName',
    names: koyweEventNames,
    open(body, headers, limit) {
      const verified = verifySignature(parseBody(body, limit), verifier, headers, body)
      if (isRefusal(verified)) return verified
      const { payload, text, secretIndex } = verified
      const event = parseEvent(payload)
      const { eventName, orderId, timeStamp } = event
      return { event, eventName, orderId, timeStamp, signedText: text, secretIndex }
    },
    nameOf: ({ eventName }) => eventName,
  }
}
