import { hash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { createVerifier, sign, splitBody } from '../../src/ramp/signature.js'
import { verifySignature } from '../../src/ramp/verify-signature.js'
import { signedEvent } from '../requests.js'

const secret = 'core-test-secret'

/** What the log says about a refused body. */
function explain(body: string, secrets: string | readonly string[] = secret, length?: number) {
  return explainAt(body, secrets, String(length ?? Buffer.byteLength(body)))
}

function explainAt(
  body: string,
  secrets: string | readonly string[],
  contentLength?: string,
  text?: string,
) {
  const parsed = { object: JSON.parse(body), text }
  const headers = contentLength === undefined ? {} : { 'content-length': contentLength }
  const verdict = verifySignature(parsed, createVerifier(secrets), headers, { text: body })
  return 'code' in verdict ? verdict.sentence() : expect.fail('was accepted')
}

describe('the sentence for a bad signature says', () => {
  const body = signedEvent({ note: 'ñ' })

  it('that something modified the parsed body, when its length differs from Content-Length', () => {
    const shorter = JSON.stringify({ ...JSON.parse(body), note: undefined })
    expect(explain(shorter, secret, Buffer.byteLength(body))).toMatch(
      /^Content-Length was \d+, but the parsed body .* something modified it on the way\. Mount this middleware before/,
    )
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
    expect(explain(JSON.stringify({ ...payload, signature }))).toContain('covers the whole body')
  })

  it('that Koywe does not make such signatures', () => {
    for (const signature of ['x', 'ñ'.repeat(64), 'a'.repeat(63), 'a'.repeat(65)]) {
      expect(explain(JSON.stringify({ signature }))).toContain(
        'The field `signature` is not 64 hexadecimal characters',
      )
    }
  })

  it('that it may be a forgery or another secret, when the body is intact', () => {
    expect(explain(body, 'another')).toMatch(
      /None of your secrets .* forgery, harmless.* not the one registered/s,
    )
    expect(explain('{"signature":"'.concat('a'.repeat(64), '"}'))).toContain('None of your secrets')
  })

  it('the same without a Content-Length', () => {
    expect(explainAt(body, 'another')).toContain('None of your secrets')
  })

  it('that the text differs from what JSON.stringify writes, when there was no parser in front', () => {
    const pretty = JSON.stringify({ ...JSON.parse(body), amount: 1 }, null, 2)
    const length = String(Buffer.byteLength(pretty))
    expect(explainAt(pretty, secret, length, pretty)).toMatch(
      /^The body has \d+ bytes, but \d+ as JSON\.stringify writes it, .*: either Koywe did not make it, or something modified it/,
    )
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
      return [sign(signedText, secret), hash('sha256', signedText)]
    })
    for (const text of bodies) {
      for (const secrets of [secret, ` ${secret}`, `"${secret}"`, 'another-secret']) {
        if (text === body && secrets === secret) continue
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

describe('a verified payload is exactly what the signed text parses to', () => {
  const verifier = createVerifier(secret)

  /** Signed over what JSON.stringify writes, whatever the text is. */
  function verify(text: string) {
    const object = JSON.parse(text)
    const { signature: _, ...rest } = object
    const signature = sign(JSON.stringify(rest), secret)
    const sent = text.replace('SIGNATURE', signature)
    const verdict = verifySignature(
      { object: { ...object, signature }, text: sent },
      verifier,
      {},
      { text: sent },
    )
    return 'code' in verdict ? expect.fail(verdict.sentence()) : verdict
  }

  it.each([
    ['{"a":1e999,"signature":"SIGNATURE"}', { a: null }],
    ['{"a":-1e999,"signature":"SIGNATURE"}', { a: null }],
    ['{"a":-0,"signature":"SIGNATURE"}', { a: 0 }],
    ['{"a":1.0,"signature":"SIGNATURE"}', { a: 1 }],
    ['{"signature":"SIGNATURE","a":[1e999,{"b":-0.0}]}', { a: [null, { b: 0 }] }],
  ])('for %s', (text, expected) => {
    const { payload, text: signedText } = verify(text)
    expect(payload).toStrictEqual(expected)
    expect(payload).toStrictEqual(JSON.parse(signedText))
    expect(Object.is((payload as { a: unknown }).a, -0)).toBe(false)
  })
})
