import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { createVerifier, digest, sign, splitBody } from '../src/signature.js'
import { signedEvent } from './requests.js'

const secret = 'core-test-secret'

/** What the log is told about a body that was refused. */
function explain(body: string, secrets: string | readonly string[] = secret, length?: number) {
  const contentLength = String(length ?? Buffer.byteLength(body))
  return createVerifier(secrets).explain(splitBody(JSON.parse(body)), contentLength)
}

describe('explain says', () => {
  const body = signedEvent({ note: 'ñ' })

  it('that something has changed the body, when it is not as long as announced', () => {
    const shorter = JSON.stringify({ ...JSON.parse(body), note: undefined })
    expect(explain(shorter, secret, Buffer.byteLength(body))).toContain('Something has changed it')
  })

  it('that the secret has white space around it', () => {
    for (const wrong of [` ${secret}`, `${secret}\n`, `\t${secret} `]) {
      expect(explain(body, wrong)).toContain('white space or quotes')
    }
  })

  it('that the secret has quotes around it', () => {
    for (const wrong of [`"${secret}"`, `'${secret}'`, `\`${secret}\``, ` "${secret}"\n`]) {
      expect(explain(body, wrong)).toContain('white space or quotes')
      expect(explain(body, ['another', wrong])).toContain('white space or quotes')
    }
  })

  it('that the signature is in upper case', () => {
    const upper = body.replace(/[0-9a-f]{64}/, (hex) => hex.toUpperCase())
    expect(explain(upper)).toContain('upper case')
  })

  it('that the whole body was signed, with an empty signature in it', () => {
    const payload = { eventName: 'ping', signature: '' }
    const signature = sign(JSON.stringify(payload), secret)
    expect(explain(JSON.stringify({ ...payload, signature }))).toContain('over the whole body')
  })

  it('that no signature of Koywe looks like that', () => {
    for (const signature of ['x', 'ñ'.repeat(64), 'a'.repeat(63), 'a'.repeat(65)]) {
      expect(explain(JSON.stringify({ signature }))).toContain('64 hexadecimal characters')
    }
  })

  it('that the secret is probably another one, when the body is complete', () => {
    expect(explain(body, 'another')).toContain('another one than the secret registered')
    expect(explain('{"signature":"'.concat('a'.repeat(64), '"}'))).toContain('another one than')
  })

  it('the same without a Content-Length', () => {
    const signed = splitBody(JSON.parse(body))
    expect(createVerifier('another').explain(signed, undefined)).toContain('another one than')
  })

  it('no secret and no digest, whatever is wrong', () => {
    const payload = JSON.parse(body)
    const right = payload.signature
    const bodies = [
      body,
      JSON.stringify({ ...payload, extra: 1 }),
      JSON.stringify({ ...payload, signature: right.toUpperCase() }),
      JSON.stringify({ ...payload, signature: 'x' }),
      JSON.stringify({ ...payload, signature: sign(JSON.stringify({ a: 1 }), secret) }),
    ]
    const digests = bodies.flatMap((text) => {
      const { text: signedText } = splitBody(JSON.parse(text))
      return [sign(signedText, secret), digest(signedText)]
    })
    for (const text of bodies) {
      for (const secrets of [secret, ` ${secret}`, `"${secret}"`, 'another-secret']) {
        for (const length of [1, Buffer.byteLength(text)]) {
          const sentence = explain(text, secrets, length).toLowerCase()
          for (const hidden of [secret, 'another-secret', ...digests]) {
            expect(sentence).not.toContain(hidden)
          }
        }
      }
    }
  })
})

describe('verify', () => {
  const text = '{"eventName":"ping"}'

  it('tells which secret made the signature', () => {
    const { verify } = createVerifier(['new', 'old', 'older'])
    expect(['new', 'old', 'older', 'lost'].map((by) => verify(text, sign(text, by)))).toEqual([
      0, 1, 2, -1,
    ])
  })

  it('takes nothing but 64 lower-case hexadecimal characters', () => {
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

  it('does not take a hash that needs no secret', () => {
    expect(createVerifier(secret).verify(text, digest(text))).toBe(-1)
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
    ['an empty list', []],
    ['a list with an empty text', ['good', '']],
    ['a list with undefined', ['good', undefined]],
  ])('for %s', (_name, secrets) => {
    // Given by those who do not use TypeScript.
    const create = () => createVerifier(secrets as string)
    expect(create).toThrow(TypeError)
    expect(create).toThrow('KOYWE_WEBHOOK_SECRET')
  })
})

describe('splitBody', () => {
  it('takes off the outer signature and keeps every other field in its place', () => {
    const { payload, text, signature } = splitBody(
      JSON.parse('{"b":1,"signature":"x","__proto__":{"c":2},"a":{"signature":"y"}}'),
    )
    expect(signature).toBe('x')
    expect(text).toBe('{"b":1,"__proto__":{"c":2},"a":{"signature":"y"}}')
    expect(Object.keys(payload)).toEqual(['b', '__proto__', 'a'])
  })

  it('refuses a body that is nested too deeply to be written out', () => {
    const deep = JSON.parse(`{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}`)
    expect(() => splitBody(deep)).toThrow(expect.objectContaining({ code: 'invalid_signature' }))
  })
})

it('digest is the SHA-256 of the text in hex', () => {
  expect(digest('ñ')).toBe(createHash('sha256').update(Buffer.from('ñ')).digest('hex'))
})
