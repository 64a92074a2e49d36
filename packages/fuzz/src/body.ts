import { Readable } from 'node:stream'
import { setTimeout as delay } from 'node:timers/promises'
import { createKoywePayments, createKoyweWebhooks } from '@x/koywe-core'
import { readBody } from '@x/koywe-core/adapter'
import { limit } from './bounds.js'
import { type Bytes, createBytes } from './bytes.js'
import { expectPayments } from './expect-payments.js'
import { expectRamp } from './expect-ramp.js'
import { requestOf } from './headers.js'
import { orRefused } from './judge.js'
import { makeBody } from './make-payments-body.js'
import { genuine } from './make-ramp-body.js'
import { createReceivers } from './receivers.js'
import { secrets, signatureOf } from './signature.js'

const timeoutMs = 50
/** How late an answer may be on a busy machine. */
const slackMs = 5000

const ramp = createReceivers(createKoyweWebhooks, timeoutMs)
const payments = createReceivers(createKoywePayments, timeoutMs)

type End = 'ends' | 'fails' | 'closes' | 'stalls'

/**
 * Uploads a body to a receiver of either API, in chunks that end, break off, fail, stall or say another length, and judges the
 * answer. Returns its status.
 */
export async function fuzz(data: Buffer): Promise<number> {
  const bytes = createBytes(data)
  // A stall costs the whole time limit, so few runs have one.
  const end: End =
    bytes.below(64) === 1 ? 'stalls' : bytes.pick(['ends', 'ends', 'fails', 'closes'])
  const length = bytes.pick([undefined, undefined, '0', '7', '65537', '65536', 'many'])
  const before = bytes.below(16)
  const isLarge = bytes.below(8) === 1
  const isRamp = bytes.below(2) === 0
  const chunks = cut(isRamp ? genuine : makeBody, bytes)
  const copies = isLarge && chunks.length < 1000 ? 300 : 1
  const all = Array.from({ length: copies }, () => chunks).flat()
  const body = Buffer.concat(all)
  const stream = Object.assign(streamOf(all, end, bytes.below(2) === 0), {
    headers: {
      ...(length !== undefined && { 'content-length': length }),
      ...(!isRamp && { 'koywe-signature': signatureOf(body, bytes.pick([...secrets, 'another'])) }),
    },
  })
  // Middleware that came first.
  if (before === 1) stream.setEncoding('utf8')
  if (before === 2) stream.resume()
  if (before === 3) stream.destroy()
  if (before === 4) stream.once('data', () => {})

  const isWhole = end === 'ends' && before !== 3
  const sent = isWhole ? { bytes: body } : undefined
  const request = requestOf(stream.headers, (most) => readBody({ stream }, most))
  const clock = new AbortController()
  const status = await Promise.race([
    (isRamp ? ramp : payments).try(0, false, request, (keys, answer) => {
      const expected = isRamp ? expectRamp(sent, keys) : expectPayments(request, sent, keys)
      const isPlain = isWhole && before === 0 && Number(length ?? 0) <= limit
      return isPlain && answer.status !== 408 ? expected : orRefused(expected)
    }),
    delay(timeoutMs + slackMs, undefined, { signal: clock.signal }),
  ]).finally(() => clock.abort())
  stream.destroy()
  if (status === undefined) throw new Error(`Broken promise: no answer within ${timeoutMs} ms`)
  return status
}

/** A genuine delivery or noise, in pieces. */
function cut(make: (bytes: Bytes) => Buffer, bytes: Bytes): Buffer[] {
  const sizes = [1 + bytes.below(64), 1 + bytes.below(256)]
  const body = bytes.below(2) === 0 ? make(bytes) : bytes.rest()
  const chunks: Buffer[] = []
  for (let at = 0; at < body.length; ) {
    const size = sizes[chunks.length % 2] ?? 1
    chunks.push(body.subarray(at, at + size))
    at += size
  }
  return chunks
}

function streamOf(chunks: readonly Buffer[], end: End, atOnce: boolean): Readable {
  let next = 0
  const stream = new Readable({
    read() {
      const push = (): void => {
        const chunk = chunks[next++]
        if (chunk) this.push(chunk)
        else if (end === 'ends') this.push(null)
        else if (end === 'fails') this.destroy(new Error('ECONNRESET'))
        else if (end === 'closes') this.destroy()
      }
      if (atOnce) push()
      else setImmediate(push)
    },
  })
  // As Node's server does: a request that breaks off does not end the process.
  stream.on('error', () => {})
  return stream
}
