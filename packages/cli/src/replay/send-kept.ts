import {
  type DeliveryRequest,
  deliver,
  signEvent,
  signedPaymentsRequest,
} from '@x/koywe-core/testing'
import type { Api } from '../contract/api.js'
import { usageError } from '../contract/exit.js'
import { networkError } from '../contract/network-error.js'
import { secretFrom } from '../contract/secret.js'
import type { AnyAnswer } from '../delivery/post.js'
import type { KeptDelivery } from './kept-delivery.js'

/**
 * The present secret of each API that the deliveries are of.
 *
 * @param secret What --secret says.
 * @throws {CliError} when one is missing, or when one is given for both APIs.
 */
export async function secretsFor(
  deliveries: readonly KeptDelivery[],
  secret: string | undefined,
): Promise<Partial<Record<Api, string>>> {
  const apis = new Set(deliveries.map(({ api }) => api))
  if (apis.size > 1 && secret !== undefined) {
    throw usageError(
      'the deliveries are of both APIs, and --secret is the secret of one',
      'Leave it out, and set KOYWE_WEBHOOK_SECRET and KOYWE_PAYMENTS_SECRET.',
    )
  }
  const found: Partial<Record<Api, string>> = {}
  for (const api of apis) found[api] = await secretFrom(secret, api)
  return found
}

/**
 * Sends the bytes that were kept, with their own signature or, where a secret is given, with one that it makes.
 *
 * @throws {CliError} when there is no answer, or the body cannot be signed again.
 */
export async function sendKept(
  url: URL,
  delivery: KeptDelivery,
  secret: string | undefined,
  timeoutMs: number,
): Promise<AnyAnswer> {
  const { headers, body } = secret === undefined ? delivery : signedAgain(delivery, secret)
  try {
    return await deliver(url, { headers, body }, { timeoutMs })
  } catch (error) {
    throw networkError(error, url)
  }
}

/** The ramp API signs the fields, the Payments API the bytes. */
function signedAgain({ api, body, headers }: KeptDelivery, secret: string): DeliveryRequest {
  if (api === 'ramp') return { headers, body: signEvent(payloadOf(body), secret) }
  const signed = signedPaymentsRequest(body, secret)
  return { headers: { ...headers, ...signed.headers }, body }
}

function payloadOf(body: string | Uint8Array): object {
  try {
    const value: unknown = JSON.parse(Buffer.from(body).toString())
    if (typeof value === 'object' && value !== null) return value
  } catch {
    // The error below says what is wrong.
  }
  throw usageError(
    'a body that is not a JSON object cannot be signed again',
    'Leave --sign-again out.',
  )
}
