import { limit } from './bounds.js'
import type { Bytes } from './bytes.js'
import { genuine } from './make-ramp-body.js'
import { changed, moreFields } from './parts.js'

const types = [
  '"order.paid"',
  '"contact.created"',
  '"webhook.ping"',
  '"order.ñ€😀"',
  '""',
  '7',
] as const
const objects = [
  '{"status":"PAID","external_id":"A-1"}',
  '{"status":7}',
  '{"external_id":[],"external_id":"ñ"}',
  '{"self":{"type":"order","id":"ord_1"}}',
  '{"self":{"type":null,"id":9007199254740993}}',
  '{"self":[]}',
  '{}',
  'null',
  '[]',
  '"text"',
] as const

/** Makes the bytes of a body: noise, an envelope, one that was changed before anybody signed it, or a delivery of the ramp API. */
export function makeBody(bytes: Bytes): Buffer {
  switch (bytes.below(16)) {
    case 1:
      return bytes.some()
    case 2:
    case 3:
      return changed(envelope(bytes), bytes)
    case 4:
      return padded(envelope(bytes), limit - 1 + bytes.below(3))
    case 5:
      return genuine(bytes)
    default:
      return envelope(bytes)
  }
}

/** An event's fields in any order, as any sender may write them: the signature covers every byte. */
function envelope(bytes: Bytes): Buffer {
  const fields = [`"type":${bytes.pick(types)}`, ...moreFields(bytes)]
  for (let more = bytes.below(6); more > 0; more--) fields.push(field(bytes))
  const separator = bytes.pick([',', ',', ', ', ',\r\n  ', ' ,\t'])
  // The first fields may also be the last.
  const from = bytes.below(fields.length)
  const text = `{${[...fields.slice(from), ...fields.slice(0, from)].join(separator)}}`
  switch (bytes.below(12)) {
    case 1:
      return Buffer.from(`\ufeff${text}`)
    case 2:
      return Buffer.from(`\ufeff\ufeff${text}`)
    case 3:
      return Buffer.from(`${text}\n`)
    case 4:
      return Buffer.from(` ${text}`)
    case 5:
      return Buffer.from(text, 'latin1') // no UTF-8 where a letter is beyond ASCII
    case 6:
      return Buffer.from(text, 'utf16le')
    case 7:
      return Buffer.from(text.replace(/[^ -~]/g, (unit) => `\\u${hex(unit)}`))
    case 8:
      return Buffer.from(`[${text}]`)
    default:
      return Buffer.from(text)
  }
}

function field(bytes: Bytes): string {
  switch (bytes.below(6)) {
    case 0:
      return `"id":${bytes.pick(['"evt_1"', '"evt_ñ"', '""', 'null', '7'])}`
    case 1:
      return `"data":${bytes.pick(objects)}`
    case 2:
      return `"relationships":${bytes.pick(objects)}`
    case 3:
      return `"type":${bytes.pick(types)}`
    case 4:
      return `"eventName":${bytes.pick(['"crypto_delivered"', '7'])}`
    default: {
      const levels = bytes.below(40)
      return `"deep":${'[{"a":'.repeat(levels)}1${'}]'.repeat(levels)}`
    }
  }
}

/** White space that JSON allows. */
function padded(body: Buffer, length: number): Buffer {
  return Buffer.concat([body, Buffer.alloc(Math.max(0, length - body.length), ' ')])
}

function hex(unit: string): string {
  return unit.charCodeAt(0).toString(16).padStart(4, '0')
}
