import type { Body } from '@x/koywe-core'
import type { Bytes } from './bytes.js'
import { changed, moreFields, oddValue } from './parts.js'
import { secrets, signatureOf } from './signature.js'

/** Makes a body: noise, a genuine delivery, or one that was changed after it had been signed. */
export function makeBody(bytes: Bytes): Body {
  const kind = bytes.pick(['text', 'bytes', 'value'])
  switch (bytes.below(4)) {
    case 0:
      return bodyOf(kind, bytes.rest())
    case 1:
      return bodyOf(kind, genuine(bytes))
    case 2:
      return bodyOf(kind, changed(genuine(bytes), bytes))
    default:
      return { value: hostile(bytes) }
  }
}

function bodyOf(kind: 'text' | 'bytes' | 'value', bytes: Buffer): Body {
  if (kind === 'bytes') return { bytes }
  const text = bytes.toString()
  if (kind === 'text') return { text }
  try {
    return { value: JSON.parse(text) }
  } catch {
    return { value: text }
  }
}

/** A delivery as Koywe writes it, with fields of the fuzzer's choice. */
export function genuine(bytes: Bytes): Buffer {
  const fields = [
    `"eventName":${JSON.stringify(bytes.pick(['crypto_delivered', 'payment_received', 'a_new_one', '']))}`,
    `"orderId":${bytes.pick(['"order-1"', '7', 'null'])}`,
    '"timeStamp":"2026-01-01T00:00:00.000Z"',
  ]
  const received = [...fields, ...moreFields(bytes)].join()
  const { signature: _, ...payload } = JSON.parse(`{${received}}`)
  const signature = signatureOf(JSON.stringify(payload), bytes.pick([...secrets, 'another']))
  // Koywe's sender writes what JSON.stringify writes; another sender may write the same values in another way, such as -0.
  const isRewritten = bytes.below(2) === 0
  return Buffer.from(
    isRewritten
      ? JSON.stringify({ ...payload, signature })
      : `{${received},"signature":"${signature}"}`,
  )
}

/** A value such as no JSON parser makes, signed or not. */
function hostile(bytes: Bytes): unknown {
  const odd = oddValue(bytes)
  const value: Record<string, unknown> = JSON.parse(genuine(bytes).toString())
  switch (bytes.below(4)) {
    case 0:
      return odd
    case 1:
      return { ...value, signature: odd }
    case 2:
      return { ...value, orderId: odd }
    default:
      return signOdd(value, odd)
  }
}

/** What a sender would sign who wrote such a value: JSON has another form for it. */
function signOdd({ signature, ...payload }: Record<string, unknown>, odd: unknown): unknown {
  const value = { ...payload, odd }
  try {
    return { ...value, signature: signatureOf(JSON.stringify(value)) }
  } catch {
    return { ...value, signature }
  }
}
