import type { Body, HttpRequest } from '@x/koywe-core'
import { createKoyweWebhooks } from '@x/koywe-core'
import { createBytes } from './bytes.js'
import { type Heard, judge, limit, secrets } from './judge.js'
import { makeBody } from './make-body.js'

const heard: Heard[] = []
const webhooks = createKoyweWebhooks(secrets, { dedupe: false, logger: false, limit })
webhooks.onAny((event, { signedText }) => heard.push({ event, signedText }))

/** Hands one request to a receiver, with any headers and any kind of body, and judges its answer. Returns the status. */
export async function fuzz(data: Buffer): Promise<number> {
  const bytes = createBytes(data)
  const encoding = bytes.pick([undefined, undefined, undefined, 'identity', 'gzip', 'IDENTITY', ''])
  const length = bytes.pick([undefined, undefined, '10', '65537', '-1', '1e9', 'NaN'])
  const other = bytes.pick(['content-type', 'koywe-signature', 'authorization', '__proto__'])
  const headers: Record<string, string> = {
    [other]: bytes.pick(['application/json', 'text/plain', 'multipart/form-data', 'a'.repeat(64)]),
    ...(encoding !== undefined && { 'content-encoding': encoding }),
    ...(length !== undefined && { 'content-length': length }),
  }
  const body: Body = makeBody(bytes)
  const request: HttpRequest = {
    method: 'POST',
    url: '/webhooks/koywe',
    headers,
    rawHeaders: Object.entries(headers).flat(),
    body: async () => body,
  }
  heard.length = 0
  const answer = await webhooks.handle(request)
  const isPlain = encoding === undefined || encoding.toLowerCase() === 'identity'
  judge(answer, heard, body, !isPlain || Number(length ?? 0) > limit)
  return answer.status
}
