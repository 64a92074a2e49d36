import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { escapeControls, quote } from '../../src/log/quote.js'

// By code point, so that the test does not share the expression under test.
function isUnsafe(code: number): boolean {
  const ranges = [
    [0x00, 0x1f],
    [0x7f, 0x9f],
    [0x200b, 0x200f],
    [0x2028, 0x202e],
    [0x2066, 0x2069],
    [0xd800, 0xdfff],
    [0xfeff, 0xfeff],
  ] as const
  return ranges.some(([first, last]) => code >= first && code <= last)
}

function unsafeIn(text: string): string[] {
  return [...text].filter((character) => isUnsafe(character.codePointAt(0) ?? 0))
}

describe('quote', () => {
  it('leaves no control character, line separator, bidi control or lone surrogate in a text', () => {
    for (let code = 0; code <= 0xffff; code++) {
      if (!isUnsafe(code)) continue
      const quoted = quote(`a${String.fromCharCode(code)}b`)
      expect(unsafeIn(quoted), code.toString(16)).toEqual([])
      expect(quoted, code.toString(16)).toMatch(/^"a\\(u[0-9a-f]{4}|[bfnrt])b"$/)
    }
  })

  it('cannot be broken out of', () => {
    expect(quote('a" koywe: all is well "b\\')).toBe('"a\\" koywe: all is well \\"b\\\\"')
    // A quote in the text always has a backslash of ours before it.
    const text = fc.string({ unit: 'binary', maxLength: 20 })
    fc.assert(fc.property(text, (given) => /^"(?:[^"\\]|\\.)*"$/.test(quote(given))))
  })

  it('keeps readable text in any language unchanged', () => {
    for (const text of ['crypto_delivered', 'Peñalolén', '支払い', 'مرحبا', '👍']) {
      expect(quote(text)).toBe(`"${text}"`)
    }
  })

  it('cuts text to 40 characters, but never a surrogate pair in two', () => {
    expect(quote('x'.repeat(40))).toBe(`"${'x'.repeat(40)}"`)
    expect(quote('x'.repeat(15_000))).toBe(`"${'x'.repeat(40)}"…`)
    expect(quote(`${'x'.repeat(39)}👍`)).toBe(`"${'x'.repeat(39)}"…`)
  })

  it('describes values other than text without running their code', () => {
    const object = {
      toString() {
        throw new Error('called')
      },
    }
    const values = [
      null,
      undefined,
      true,
      Number.POSITIVE_INFINITY,
      object,
      () => {},
      Symbol('x'),
      1n,
    ]
    expect(values.map(quote)).toEqual([
      'null',
      'undefined',
      'true',
      'Infinity',
      'a value of type object',
      'a value of type function',
      'a value of type symbol',
      'a value of type bigint',
    ])
  })
})

describe('escapeControls', () => {
  it('returns a clean sentence unchanged, and escapes characters of every plane', () => {
    expect(escapeControls('A clean “sentence”.')).toBe('A clean “sentence”.')
    expect(escapeControls('\u001b[31m\u{e0041}\n')).toBe('\\u001b[31m\\u{e0041}\\u000a')
  })
})
