import { isUtf8 } from 'node:buffer'
import type { KeptBody } from './entries.js'

/** Bytes as they are kept: text, unless they are not UTF-8. */
export function keptBytes(bytes: Uint8Array): KeptBody {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return isUtf8(buffer) ? { text: buffer.toString() } : { base64: buffer.toString('base64') }
}
