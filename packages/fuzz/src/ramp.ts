import { createKoyweWebhooks } from '@x/koywe-core'
import { limit } from './bounds.js'
import { createBytes } from './bytes.js'
import { expectRamp } from './expect-ramp.js'
import { makeHeaders, requestOf } from './headers.js'
import { orRefused } from './judge.js'
import { makeBody } from './make-ramp-body.js'
import { createReceivers } from './receivers.js'

const receivers = createReceivers(createKoyweWebhooks)

/** Hands one request to a receiver of the ramp API, with any headers and any kind of body. Returns the status. */
export async function fuzz(data: Buffer): Promise<number> {
  const bytes = createBytes(data)
  const [step, isWatched] = [bytes.below(3), bytes.below(2) === 1]
  const headers = bytes.below(4) === 1 ? makeHeaders(bytes) : {}
  const body = makeBody(bytes)
  const encoding = headers['content-encoding'] ?? 'identity'
  const mayRefuse =
    encoding.toLowerCase() !== 'identity' || Number(headers['content-length']) > limit
  const request = requestOf(headers, async () => body)
  return receivers.try(step, isWatched, request, (secrets) => {
    const expected = expectRamp(body, secrets)
    return mayRefuse ? orRefused(expected) : expected
  })
}
