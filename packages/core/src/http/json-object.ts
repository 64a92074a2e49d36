import { KoyweError, type KoyweErrorCode } from '../errors.js'
import type { Body } from './contract.js'
import { tooLarge } from './limits.js'

/** A JSON object whose fields are not checked yet. */
export type JsonObject = Readonly<Record<string, unknown>>

/** How many levels a body may nest. Koywe's events are flat. */
const mostLevels = 64

/** A body that is a JSON object within the limits. */
export interface ParsedBody {
  readonly object: JsonObject
  /** The text it was parsed from; `undefined` if a parser in front parsed it. */
  readonly text: string | undefined
}

/**
 * Parses a body as a JSON object. Checks depth and size first, so that no body can cost much more than an honest one: the cost of
 * `JSON.parse` and `JSON.stringify` grows with values times depth.
 *
 * @param limit The largest body in bytes, also for a parsed value.
 * @throws {KoyweError} `body_too_large`; `invalid_json` for anything but a JSON object; `invalid_signature` for an object that
 * nests too deeply to be one that Koywe signed, or the code `deepCode`.
 */
export function parseBody(
  body: Body,
  limit: number,
  deepCode: KoyweErrorCode = 'invalid_signature',
): ParsedBody {
  if ('value' in body) return { object: toObject(boundValue(body.value, limit)), text: undefined }
  if (Buffer.byteLength('text' in body ? body.text : body.bytes) > limit) throw tooLarge(limit)
  const text = textOf(body)
  return { object: toObject(parseText(text, deepCode)), text }
}

/** Whether a value is an object and not an array: its fields are unknown until checked. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function toObject(value: unknown): JsonObject {
  if (isObject(value)) return value
  throw new KoyweError('invalid_json', 'The body is not a JSON object.')
}

/** Decodes an unparsed body as every parser does: UTF-8, without a byte order mark, invalid bytes replaced. */
function textOf(body: Exclude<Body, { readonly value: unknown }>): string {
  const text = 'text' in body ? body.text : toText(body.bytes)
  return text.charCodeAt(0) === 0xfeff ? text.slice(1) : text
}

function toText({ buffer, byteOffset, byteLength }: Uint8Array): string {
  return Buffer.from(buffer, byteOffset, byteLength).toString()
}

function parseText(text: string, code: KoyweErrorCode): unknown {
  if (nestsTooDeep(text)) throw tooDeep(text.trimStart().startsWith('{') ? code : 'invalid_json')
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new KoyweError('invalid_json', 'The body is not JSON.', { cause })
  }
}

/** Stops at the limit, and runs before `JSON.parse`, which needs 4 ms for 64 KiB of brackets. */
function nestsTooDeep(text: string): boolean {
  if (!opensOften(text)) return false
  let level = 0
  let inString = false
  for (let index = 0; index < text.length; index++) {
    switch (text[index]) {
      case '"':
        inString = !inString
        break
      case '\\':
        index++
        break
      case '[':
      case '{':
        if (!inString && ++level > mostLevels) return true
        break
      case ']':
      case '}':
        if (!inString) level--
    }
  }
  return false
}

/** A text with fewer opening brackets than levels cannot be too deep; an event has one. */
function opensOften(text: string): boolean {
  return countUpTo(mostLevels + 1, text, '{') + countUpTo(mostLevels + 1, text, '[') > mostLevels
}

function countUpTo(most: number, text: string, character: string): number {
  let count = 0
  for (let at = text.indexOf(character); at >= 0; at = text.indexOf(character, at + 1)) {
    if (++count === most) break
  }
  return count
}

/** Checks a parsed value, which may be far over the limit and contain values without a JSON form. */
function boundValue(value: unknown, limit: number): unknown {
  let bytes = 0

  // A lower bound of the JSON's size: strings with quotes, names with quotes and colon, a comma or bracket per value.
  function visit(part: unknown, level: number): void {
    bytes += typeof part === 'string' ? part.length + 2 : 1
    if (bytes > limit) throw tooLarge(limit)
    if (typeof part !== 'object' || part === null) return
    if (level > mostLevels)
      throw tooDeep(Array.isArray(value) ? 'invalid_json' : 'invalid_signature')
    if (Array.isArray(part)) {
      for (const item of part) visit(item, level + 1)
      return
    }
    const fields = part as JsonObject // an object and not an array
    for (const name of Object.keys(fields)) {
      bytes += name.length + 3
      visit(fields[name], level + 1)
    }
  }

  try {
    visit(value, 1)
  } catch (error) {
    throw KoyweError.is(error) ? error : unreadable(error)
  }
  return value
}

/** The error for a parsed value without a JSON form. */
export function unreadable(cause: unknown): KoyweError {
  return new KoyweError(
    'invalid_json',
    'The parsed body cannot be serialised as JSON. Mount this middleware before the parser.',
    { cause },
  )
}

/** The error for a signed field of another form than the API's. */
export function wrongField(field: string, api: string): KoyweError {
  return new KoyweError(
    'invalid_payload',
    `The signature is valid, but the field \`${field}\` is missing or has another form than Koywe's ${api} API gives it, so this is not one of its events.`,
  )
}

function tooDeep(code: KoyweErrorCode): KoyweError {
  return new KoyweError(
    code,
    `The body nests deeper than ${mostLevels} levels, which no event of Koywe's does.`,
  )
}
