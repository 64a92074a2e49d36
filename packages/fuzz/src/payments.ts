import type { IncomingHttpHeaders } from 'node:http'
import { createKoywePayments } from '@x/koywe-core'
import { createBytes } from './bytes.js'
import { expectPayments } from './expect-payments.js'
import { makeHeaders, requestOf } from './headers.js'
import { leave } from './leave.js'
import { makeBody } from './make-payments-body.js'
import { makeSignature } from './make-signature.js'
import { createReceivers } from './receivers.js'

const receivers = createReceivers(createKoywePayments)

/** Hands one request to a receiver of the Payments API, with any signature of any bytes, however they are left. Returns the status. */
export async function fuzz(data: Buffer): Promise<number> {
  const bytes = createBytes(data)
  const [step, isWatched] = [bytes.below(3), bytes.below(2) === 1]
  const isPlain = bytes.below(4) !== 1
  const place = bytes.below(16)
  const body = makeBody(bytes)
  const length = { 'content-length': String(body.length) }
  const headers = {
    ...(isPlain ? length : makeHeaders(bytes)),
    ...signatureHeader(place, makeSignature(bytes, body)),
  }
  const left = await leave(bytes, body)
  const request = requestOf(headers, left.read)
  return receivers.try(step, isWatched, request, (secrets) =>
    expectPayments(request, left.body, secrets),
  )
}

/** Mostly as Node gives it; no header, one of another name, and what platforms that are not Node may make of two. */
function signatureHeader(place: number, signature: string): IncomingHttpHeaders {
  switch (place) {
    case 1:
      return {}
    case 2:
      return { 'Koywe-Signature': signature }
    case 3:
      return { 'x-koywe-signature': signature }
    case 4:
      return { 'koywe-signature': [signature] }
    case 5:
      return { 'koywe-signature': [signature, signature] }
    default:
      return { 'koywe-signature': signature }
  }
}
