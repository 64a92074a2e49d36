import { describe, expect, it } from 'vitest'
import { parseBody } from '../../src/http/json-object.js'

const limit = 64 * 1024
const withCode = (code: string) => expect.objectContaining({ name: 'KoyweError', code })
const nested = (levels: number) => `${'['.repeat(levels)}${']'.repeat(levels)}`
const objects = (levels: number) => `${'{"a":'.repeat(levels)}0${'}'.repeat(levels)}`

/** A text in every form that a body can have. */
const forms = (text: string) => [
  { text },
  { bytes: Buffer.from(text) },
  { value: JSON.parse(text) as unknown },
]

describe('parseBody', () => {
  it('accepts JSON text, its bytes and parsed objects', () => {
    expect(parseBody({ text: '{"a":1}' }, limit)).toEqual({ object: { a: 1 }, text: '{"a":1}' })
    expect(parseBody({ bytes: Buffer.from('{"a":1}') }, limit).object).toEqual({ a: 1 })
    const value = { a: 1 }
    const parsed = parseBody({ value }, limit)
    expect(parsed.object).toBe(value)
    expect(parsed.text).toBeUndefined()
    const nothing = { externalId: null, list: [null] }
    for (const body of forms(JSON.stringify(nothing))) {
      expect(parseBody(body, limit).object).toEqual(nothing)
    }
  })

  it('drops a byte order mark and replaces invalid bytes with U+FFFD', () => {
    expect(parseBody({ bytes: Buffer.from('\ufeff{"a":1}') }, limit).object).toEqual({ a: 1 })
    const wrong = Buffer.from('{"a":"\xff"}', 'latin1')
    expect(parseBody({ bytes: wrong }, limit).object).toEqual({ a: '\ufffd' })
    const inside = new Uint8Array(Buffer.from('xx{"a":1}xx')).subarray(2, 9)
    expect(parseBody({ bytes: inside }, limit).object).toEqual({ a: 1 })
  })

  it('refuses everything that is not a JSON object', () => {
    for (const text of ['', '{', '[]', 'null', '"text"', '1', 'NaN']) {
      expect(() => parseBody({ text }, limit)).toThrow(withCode('invalid_json'))
    }
    expect(() => parseBody({ text: '{' }, limit)).toThrow(
      expect.objectContaining({ cause: expect.any(SyntaxError) }),
    )
    for (const value of [[], null, undefined, 1, true, 'text']) {
      expect(() => parseBody({ value }, limit)).toThrow(withCode('invalid_json'))
    }
  })

  it('accepts 64 levels and refuses 65, in every form', () => {
    for (const make of [(levels: number) => `{"a":${nested(levels - 1)}}`, objects]) {
      for (const body of forms(make(64))) parseBody(body, limit)
      for (const body of forms(make(65))) {
        expect(() => parseBody(body, limit)).toThrow(withCode('invalid_signature'))
      }
    }
    for (const body of forms(nested(65))) {
      expect(() => parseBody(body, limit)).toThrow(withCode('invalid_json'))
    }
  })

  it('counts the levels of many objects next to each other too, and whatever white space is in front', () => {
    const beside = Array(64).fill('[]').join()
    for (const form of forms(`{"list":[${beside}],"deep":${nested(63)}}`)) parseBody(form, limit)
    const deep = forms(`{"list":[${beside}],"deep":${nested(64)}}`)
    for (const body of [...deep, { text: ` \n${objects(65)}` }]) {
      expect(() => parseBody(body, limit)).toThrow(withCode('invalid_signature'))
    }
  })

  it('does not count brackets that close in a string', () => {
    for (const body of forms(`{"note":"${']}'.repeat(50)}","deep":${nested(64)}}`)) {
      expect(() => parseBody(body, limit)).toThrow(withCode('invalid_signature'))
    }
  })

  it('counts levels, not brackets in strings or next to each other', () => {
    const brackets = '[{'.repeat(500)
    const quoted = { note: `\\"${brackets}\\`, '[[': brackets, list: Array(200).fill([{}]) }
    for (const body of forms(JSON.stringify(quoted))) {
      expect(parseBody(body, limit).object).toEqual(quoted)
    }
  })

  it('refuses a body over the limit in every form, and accepts one at the limit', () => {
    const texts = [
      JSON.stringify({ note: 'x'.repeat(500) }),
      JSON.stringify({ numbers: Array(300).fill(0) }),
      JSON.stringify({ list: Array(300).fill({}) }),
      JSON.stringify(Object.fromEntries(Array.from({ length: 100 }, (_, n) => [`field ${n}`, n]))),
      JSON.stringify(Object.fromEntries(Array.from({ length: 70 }, (_, n) => [n, n]))),
      JSON.stringify({ texts: Array(170).fill('') }),
    ]
    for (const text of texts) {
      for (const body of forms(text)) {
        parseBody(body, Buffer.byteLength(text))
        expect(() => parseBody(body, 300)).toThrow(withCode('body_too_large'))
      }
    }
  })

  it('counts the bytes that came, although invalid ones are longer once replaced', () => {
    const bytes = Buffer.concat([Buffer.from('{"a":"'), Buffer.alloc(100, 0xff), Buffer.from('"}')])
    const { object } = parseBody({ bytes }, bytes.length)
    expect(object).toEqual({ a: '\ufffd'.repeat(100) })
    expect(() => parseBody({ bytes }, bytes.length - 1)).toThrow(withCode('body_too_large'))
  })

  it('bounds a parsed value before serialising it: a cycle, a getter that throws', () => {
    const cycle: Record<string, unknown> = {}
    cycle.self = cycle
    expect(() => parseBody({ value: cycle }, limit)).toThrow(withCode('invalid_signature'))
    const hostile = Object.defineProperty({}, 'a', {
      enumerable: true,
      get: () => {
        throw new RangeError('no')
      },
    })
    const parse = () => parseBody({ value: hostile }, limit)
    expect(parse).toThrow(withCode('invalid_json'))
    expect(parse).toThrow(
      /cannot be serialised as JSON\. Mount this middleware before the parser\./,
    )
    expect(parse).toThrow(expect.objectContaining({ cause: expect.any(RangeError) }))
  })
})
