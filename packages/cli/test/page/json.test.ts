import { describe, expect, it } from 'vitest'
import { indentedText } from '../../page/indent-json.js'
import { readBody } from '../../page/read-body.js'
import { scanJson } from '../../page/scan-json.js'

const indented = (text: string): string => indentedText(scanJson(text).tokens)

describe('a body that is JSON', () => {
  it('is laid out as JSON.stringify does', () => {
    const value = { a: [1, -2.5e3, { b: null }], 'c "d"': true, e: {}, f: [], g: 'ñ\n\u2028' }
    expect(indented(JSON.stringify(value))).toBe(JSON.stringify(value, null, 2))
    expect(indented(JSON.stringify(value, null, 7))).toBe(JSON.stringify(value, null, 2))
  })

  it('keeps the digits of a number, a repeated key and an escape', () => {
    expect(indented('{"a":1.10,"a":12345678901234567890,"b":"\\u00f1"}')).toBe(
      '{\n  "a": 1.10,\n  "a": 12345678901234567890,\n  "b": "\\u00f1"\n}',
    )
  })

  it('may be of any depth', () => {
    const deep = `${'['.repeat(30_000)}${']'.repeat(30_000)}`
    expect(scanJson(deep)).not.toHaveProperty('fault')
    expect(indented(deep).length).toBeLessThan(5_000_000)
  })

  it('may be a long string', () => {
    expect(scanJson(JSON.stringify('a"'.repeat(500_000)))).not.toHaveProperty('fault')
  })
})

describe('a body that is no JSON', () => {
  it.each([
    ['', 1, 1, 'the body is empty'],
    ['eventName=crypto', 1, 1, 'a value was expected'],
    ['{"a":1', 1, 7, 'the text ends, but "," or } is missing'],
    ['{"a":2022-10-26}', 1, 10, '"," or } was expected'],
    ['{"a" 1}', 1, 6, '":" was expected'],
    ['{a:1}', 1, 2, 'a key or } was expected'],
    ['{"a":1,}', 1, 8, 'a key was expected'],
    ['[1,]', 1, 4, 'a value was expected'],
    ['[1}', 1, 3, '"," or ] was expected'],
    ['{"a":1} x', 1, 9, 'something follows the value'],
    ['{\n  "a": "b\n}', 2, 10, 'a string cannot contain this'],
    ['{"a":"b', 1, 8, 'the text ends within a string'],
    ['{"a":"\\x"}', 1, 7, 'a string cannot contain this'],
    ['01', 1, 2, 'something follows the value'],
  ])('says where %j stops', (text, line, column, message) => {
    expect(() => JSON.parse(text)).toThrow()
    expect(scanJson(text).fault).toMatchObject({ line, column, message })
  })

  it('is found wherever the engine finds it, and only there', () => {
    const whole = '{"a":[1,-2.5e3,{"b":null}],"c\\n":true,"d":{},"e":[],"f":"x"}'
    for (let at = 0; at < whole.length; at++) {
      for (const changed of ['', ',', '}', '"', '0', 'e', '\u0001']) {
        const text = whole.slice(0, at) + changed + whole.slice(at + 1)
        expect([text, scanJson(text).fault === undefined]).toEqual([text, isJson(text)])
      }
    }
  })
})

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

describe('a body that is not UTF-8', () => {
  it('is shown with its bytes escaped', () => {
    const base64 = Buffer.from([0x7b, 0xff, 0x0a, 0x1b, 0x7d]).toString('base64')
    expect(readBody({ base64 })).toEqual({ text: '{\\xff\n\\x1b}', bytes: 5, isEscaped: true })
  })

  it('is counted in bytes, as one that is', () => {
    expect(readBody({ text: 'ñ' })).toEqual({ text: 'ñ', bytes: 2, isEscaped: false })
  })
})
