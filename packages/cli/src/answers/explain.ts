import type { KoyweErrorCode } from '@x/koywe-core'
import { type Api, apis } from '../contract/api.js'

/** What an answer means, and what to do about it. */
export interface Explanation {
  readonly meaning: string
  readonly cure: string
}

/** The codes that a receiver or an authentication callback of these packages answers. */
const byCode: Readonly<Record<KoyweErrorCode, Explanation>> = {
  missing_signature: {
    meaning: 'The body has no signature, so anybody may have sent it.',
    cure: 'Koywe signs once a secret is registered with the webhook (updateWebhook).',
  },
  invalid_signature: {
    meaning: "None of the server's secrets produced this signature.",
    cure: "For an event of your own: is KOYWE_WEBHOOK_SECRET the same here and there? The server's log names the likely cause, at most once a minute.",
  },
  unauthorized: {
    meaning: 'The callback does not recognise the caller.',
    cure: 'Whoever asks must show the credential that the callback expects; from a terminal, with --bearer, --basic or --api-key.',
  },
  invalid_json: {
    meaning: 'The body is not a JSON object.',
    cure: 'Does a proxy or middleware change the body on its way?',
  },
  invalid_payload: {
    meaning: 'The body is signed, but it is not an event of the ramp API.',
    cure: 'An event has eventName, orderId and timeStamp, and all three are strings.',
  },
  payments_webhook: {
    meaning: "This is a webhook of Koywe's Payments API, which is signed in another way.",
    cure: 'Receive it with koywePayments, at a URL of its own.',
  },
  ramp_webhook: {
    meaning: "This is a webhook of Koywe's ramp API, which is signed in another way.",
    cure: 'Receive it with koyweWebhooks, at a URL of its own.',
  },
  body_aborted: {
    meaning: 'The connection ended before the whole body arrived.',
    cure: 'Send it again; if it happens every time, look at the proxy in between.',
  },
  body_timeout: {
    meaning: 'The body did not arrive in time.',
    cure: 'Does a middleware read the body first and never hand it on?',
  },
  body_too_large: {
    meaning: "The body is larger than the server's limit.",
    cure: "Koywe's events are small; the option `limit` raises the bound.",
  },
  unsupported_encoding: {
    meaning: 'The body is compressed, which Koywe never does.',
    cure: 'Look for a proxy that compresses requests, and turn that off.',
  },
  unsupported_media_type: {
    meaning: 'The question is not JSON.',
    cure: 'Koywe asks with Content-Type: application/json.',
  },
  handler_failed: {
    meaning: 'A listener threw an error. Koywe is expected to send the event again.',
    cure: "The server's log has the error: mend the listener.",
  },
  check_failed: {
    meaning: 'The function that decides about the user threw an error, so nobody is let through.',
    cure: "The server's log has the error: mend isAllowed, or the check of the caller.",
  },
  body_consumed: {
    meaning: 'Something else read the body first, and kept nothing of it.',
    cure: 'Mount the Koywe middleware before whatever reads the stream.',
  },
  in_progress: {
    meaning: 'The same event is being handled at this moment. Retry later.',
    cure: 'Nothing is wrong, unless it lasts: then a listener hangs.',
  },
  timeout: {
    meaning: 'The listeners took longer than the time limit of the server.',
    cure: 'Do slow work after answering, in a queue, or raise `timeoutMs`.',
  },
  store_unavailable: {
    meaning: 'The store that remembers handled events did not answer.',
    cure: 'Is the Redis or PostgreSQL of the server running? Its log has the error.',
  },
}

/** What was asked: an event of an API, or a question to the authentication callback. */
export type Asked = Api | 'question'

/** What a code means where it does not mean the same as of an event of the ramp API. */
const byAsked: Readonly<Record<Asked, Readonly<Partial<Record<string, Explanation>>>>> = {
  ramp: {},
  payments: {
    missing_signature: {
      meaning: 'There is no header Koywe-Signature, so anybody may have sent it.',
      cure: 'Koywe signs in this header: does something on the way remove it?',
    },
    invalid_signature: {
      ...byCode.invalid_signature,
      cure: byCode.invalid_signature.cure.replace(apis.ramp.secretName, apis.payments.secretName),
    },
    invalid_payload: {
      meaning: 'The body is signed, but it is not an event of the Payments API.',
      cure: 'An event has a `type`, and where it has `id`, `data` or `relationships`, they are a string and objects.',
    },
  },
  question: {
    invalid_payload: {
      meaning: 'The callback finds no user in the question.',
      cure: 'Is the option `field` of the callback the field that was registered with Koywe?',
    },
    timeout: {
      meaning:
        'The function that decides about the user took longer than the time limit of the server.',
      cure: 'Make isAllowed faster, or raise `timeoutMs`.',
    },
  },
}

/** Whether an answer's code is one of these packages. */
export function isKnownCode(code: string | undefined): boolean {
  return code !== undefined && Object.hasOwn(byCode, code)
}

const notOurs = "It is not an answer of the Koywe middleware. The server's log may say more."

/** What an answer other than a plain success means. `undefined` for a success. */
export function explain(
  status: number,
  code: string | undefined,
  asked: Asked = 'ramp',
  location?: string,
): Explanation | undefined {
  const own = code !== undefined && Object.hasOwn(byAsked[asked], code) && byAsked[asked][code]
  if (own) return own
  if (code !== undefined && Object.hasOwn(byCode, code)) return byCode[code as KoyweErrorCode] // it is a key
  if (status >= 200 && status < 300) return undefined
  if (status >= 300 && status < 400) {
    return {
      meaning: `The server redirects${location === undefined ? '' : ` to ${location}`}. Koywe's POST would arrive there as a GET, or not at all.`,
      cure: 'Register the URL that answers by itself: mind https, www and the slash at the end.',
    }
  }
  if (status === 404 || status === 405) {
    return {
      meaning: 'Nothing answers a POST to this path.',
      cure: `Is the middleware mounted, and is the path right?${asked === 'question' ? '' : ` The default path is ${apis[asked].path}.`}`,
    }
  }
  if (status === 401 || status === 403) {
    return {
      meaning: `Something in front of the Koywe middleware asks for a login. ${notOurs}`,
      cure: 'Leave the path of the webhook out of the login, of CSRF checks and of the firewall.',
    }
  }
  if (status === 502 || status === 504) {
    return {
      meaning: 'A proxy answers, but it cannot reach the server behind it.',
      cure: 'Is the server running, and does the proxy know its port?',
    }
  }
  return {
    meaning: `${status < 500 ? 'The server refuses the request.' : 'The server failed.'} ${notOurs}`,
    cure: 'Look for middleware that answers before the Koywe middleware does.',
  }
}

/** A success whose body is no JSON, which no receiver of these packages sends. */
export const notJson: Explanation = {
  meaning: 'The answer is not JSON, so it is not from the Koywe middleware.',
  cure: 'Does another route answer this path, such as a page for everything that is not found?',
}
