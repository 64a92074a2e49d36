import { hash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { createVerifier, sign, splitBody } from '../../src/ramp/signature.js'

const secret = 'core-test-secret'

describe('verify', () => {
  const text = '{"eventName":"ping"}'

  it('returns which secret made the signature', () => {
    const { verify } = createVerifier(['new', 'old', 'older'])
    expect(['new', 'old', 'older', 'lost'].map((by) => verify(text, sign(text, by)))).toEqual([
      0, 1, 2, -1,
    ])
  })

  it('takes the same secret twice, as before a rotation: [current, previous]', () => {
    expect(createVerifier([secret, secret]).verify(text, sign(text, secret))).toBe(0)
  })

  it('accepts only 64 lower-case hexadecimal characters', () => {
    const { verify } = createVerifier(secret)
    const right = sign(text, secret)
    expect(verify(text, right)).toBe(0)
    for (const wrong of [
      right.toUpperCase(),
      ` ${right}`,
      `${right}\n`,
      `${right}00`,
      right.slice(0, -1),
      `0x${right}`,
      `sha256=${right}`,
      Buffer.from(right, 'hex').toString('base64'),
      Buffer.from(right, 'hex').toString('latin1'),
      'ñ'.repeat(64),
      '',
    ]) {
      expect(verify(text, wrong)).toBe(-1)
    }
  })

  it('does not accept a hash that needs no secret', () => {
    expect(createVerifier(secret).verify(text, hash('sha256', text))).toBe(-1)
  })
})

describe('createVerifier throws a TypeError that says what to set', () => {
  it.each([
    ['undefined', undefined],
    ['null', null],
    ['a number', 42],
    ['an object', {}],
    ['an empty text', ''],
    ['white space', ' \t\n'],
    ['empty quotes', '""'],
    ['quotes around white space', " ' ' "],
    ['a missing variable in a template', `${undefined}`],
    ['null as a text', '"null"'],
    ['an empty list', []],
    ['a list with an empty text', ['good', '']],
    ['a list with undefined', ['good', undefined]],
  ])('for %s', (_name, secrets) => {
    // What plain JavaScript may pass.
    const create = () => createVerifier(secrets as string)
    expect(create).toThrow(TypeError)
    expect(create).toThrow('KOYWE_WEBHOOK_SECRET')
    expect(create).toThrow('openssl rand -hex 32')
  })
})

describe('splitBody', () => {
  it('removes the outer signature and keeps every other field in its place', () => {
    const { payload, text, signature } = splitBody(
      JSON.parse('{"b":1,"signature":"x","__proto__":{"c":2},"a":{"signature":"y"}}'),
    )
    expect(signature).toBe('x')
    expect(text).toBe('{"b":1,"__proto__":{"c":2},"a":{"signature":"y"}}')
    expect(Object.keys(payload)).toEqual(['b', '__proto__', 'a'])
  })

  it('finds an empty signature where there is none, or none that is a text', () => {
    for (const body of [{}, { signature: null }, { signature: 7 }, { signature: ['x'] }]) {
      expect(splitBody(body).signature).toBe('')
    }
  })

  it('refuses a value that has no JSON form, and keeps what JSON.stringify threw as the cause', () => {
    expect(() => splitBody({ field: 1n })).toThrow(
      expect.objectContaining({ cause: expect.any(TypeError) }),
    )
    for (const field of [
      1n,
      {
        toJSON: () => {
          throw new Error('no')
        },
      },
    ]) {
      expect(() => splitBody({ field })).toThrow(expect.objectContaining({ code: 'invalid_json' }))
    }
    for (const toJSON of [() => undefined, () => 5, () => 'text', () => []]) {
      expect(() => splitBody({ toJSON })).toThrow(expect.objectContaining({ code: 'invalid_json' }))
    }
  })
})
