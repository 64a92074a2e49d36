import { createRequire } from 'node:module'
import { expect, it } from 'vitest'
import { KoyweError } from '../src/index.js'

/** The built package, imported and required: two more copies in this process. */
const esm: typeof import('../src/index.js') = await import('@x/koywe-core')
const cjs: typeof import('../src/index.js') = createRequire(import.meta.url)('@x/koywe-core')
const copies = [KoyweError, esm.KoyweError, cjs.KoyweError]

it('every copy of the package recognises the others’ errors', () => {
  expect(new Set(copies).size).toBe(3)
  for (const One of copies) {
    const error = new One('in_progress', 'a sentence')
    for (const Other of copies) expect(Other.is(error)).toBe(true)
  }
  expect(new KoyweError('timeout', '') instanceof esm.KoyweError).toBe(false)
})

it('nothing else counts as one', () => {
  for (const value of [new Error('x'), { code: 'timeout' }, 'timeout', null, undefined, () => {}]) {
    for (const One of copies) expect(One.is(value)).toBe(false)
  }
})

it('a proxy that is revoked is none, and does not throw', () => {
  const { proxy, revoke } = Proxy.revocable({}, {})
  revoke()
  for (const One of copies) expect(One.is(proxy)).toBe(false)
})

it('an error has the status of its code, its sentence and its cause', () => {
  const cause = new Error('why')
  const error = new KoyweError('body_too_large', 'a sentence', { cause })
  expect(error).toMatchObject({
    name: 'KoyweError',
    code: 'body_too_large',
    status: 413,
    message: 'a sentence',
    cause,
  })
  expect(error).toBeInstanceOf(Error)
  expect(Object.keys(error)).not.toContain('message')
})
