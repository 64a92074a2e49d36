import type { KeptBody } from '../src/inspect/entries.js'

/** A body as text, and how long it is. */
export interface ReadBody {
  readonly text: string
  readonly bytes: number
  /** Whether the text is only a view of it: bytes that are no ASCII are written as `\xff`. */
  readonly isEscaped: boolean
}

/** Reads a body as it was kept. One that is not UTF-8 is shown with its bytes escaped. */
export function readBody(body: KeptBody): ReadBody {
  if ('text' in body) {
    return { text: body.text, bytes: new TextEncoder().encode(body.text).length, isEscaped: false }
  }
  const binary = atob(body.base64)
  const text = binary.replace(/[^\t\n\r -~]/g, (byte) => `\\x${hex(byte)}`)
  return { text, bytes: binary.length, isEscaped: true }
}

function hex(byte: string): string {
  return byte.charCodeAt(0).toString(16).padStart(2, '0')
}

// As a receiver does, and before what writes them out again would run out of stack.
const deepest = 64

/** The fields of a body, when it is a JSON object that nests no deeper than a receiver reads. */
export function fieldsOf(
  body: KeptBody | undefined,
): Readonly<Record<string, unknown>> | undefined {
  if (body === undefined || !('text' in body)) return undefined
  try {
    const value: unknown = JSON.parse(body.text.replace(/^\ufeff/, ''))
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
    if (!isObject || !nestsWithin(value, deepest)) return undefined
    return value as Record<string, unknown> // an object has fields
  } catch {
    return undefined
  }
}

function nestsWithin(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return true
  return levels > 0 && Object.values(value).every((member) => nestsWithin(member, levels - 1))
}
