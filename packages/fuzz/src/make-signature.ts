import { createHash, createHmac } from 'node:crypto'
import type { Bytes } from './bytes.js'
import { secrets, signatureOf } from './signature.js'

const [current, old] = secrets

/** The signature of a body, or what somebody may send in its place. */
export function makeSignature(bytes: Bytes, body: Buffer): string {
  const signed = bytes.below(4) === 1 ? otherThan(body, bytes) : body
  const secret = bytes.pick([current, current, old, old, old.trim(), ` ${current}`, 'another', ''])
  const signature =
    bytes.below(8) === 1 ? otherDigest(signed, secret, bytes) : signatureOf(signed, secret)
  return bytes.below(4) === 1 ? rewritten(signature, bytes) : signature
}

/** What a sender may have signed instead of the bytes that it sends. */
function otherThan(body: Buffer, bytes: Bytes): Buffer {
  const text = body.toString()
  const value = parsed(text)
  const { signature: _, ...payload } = Object(value)
  switch (bytes.below(8)) {
    case 1:
      return Buffer.from(JSON.stringify(value))
    case 2:
      return Buffer.from(JSON.stringify(payload)) // as the ramp API signs
    case 3:
      return Buffer.from(text)
    case 4:
      return Buffer.from(text.replace(/^\ufeff/, ''))
    case 5:
      return Buffer.from(text.trim())
    case 6:
      return Buffer.concat([body, Buffer.from('\n')])
    case 7:
      return Buffer.alloc(0)
    default: {
      const flipped = Buffer.from(body)
      const at = bytes.below(256) % (body.length || 1)
      flipped[at] = (body[at] ?? 0) ^ (1 << bytes.below(8)) // nowhere, if it is empty
      return flipped
    }
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

/** A digest that Koywe does not make. */
function otherDigest(signed: Buffer, secret: string, bytes: Bytes): string {
  const hmac = (algorithm = 'sha256') => createHmac(algorithm, secret).update(signed)
  switch (bytes.below(6)) {
    case 1:
      return hmac().digest('base64url')
    case 2:
      return hmac('sha512').digest('hex').slice(0, 64)
    case 3:
      return createHash('sha256').update(secret).update(signed).digest('hex')
    case 4:
      return createHash('sha256').update(signed).digest('hex')
    case 5:
      return signatureOf(hmac().digest(), secret)
    default:
      return hmac().digest('base64')
  }
}

/** The same characters, more or less. */
function rewritten(signature: string, bytes: Bytes): string {
  const at = bytes.below(64)
  const before = signature.slice(0, at)
  const after = signature.slice(at + 1)
  const replaced = (by: string): string => before + by + after
  const unit = signature.charCodeAt(at)
  switch (bytes.below(20)) {
    case 1:
      return signature.toUpperCase()
    case 2:
      return replaced(String.fromCharCode(unit).toUpperCase())
    case 3:
      return ` ${signature}`
    case 4:
      return `${signature}\t`
    case 5:
      return `${signature}\n`
    case 6:
      return `sha256=${signature}`
    case 7:
      return `"${signature}"`
    case 8:
      return `${signature}, ${signature}`
    case 9:
      return `${signature},${'0'.repeat(64)}`
    case 10:
      return signature + signature
    case 11:
      return before
    case 12:
      return `${signature}0`
    case 13:
      return replaced('') // one character less
    case 14:
      return replaced('g')
    case 15:
      return replaced(String.fromCharCode(unit + 256)) // its low byte is right
    case 16:
      return 'ñ'.repeat(bytes.pick([32, 64]))
    case 17:
      return bytes.pick([current, old, '', ' ', '__proto__'])
    case 18:
      return bytes.some().toString('latin1')
    case 19:
      return before + '0'.repeat(64 - at) // only its beginning is right
    default:
      return replaced(bytes.below(16).toString(16))
  }
}
