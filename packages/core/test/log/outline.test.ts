import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { outlineOf } from '../../src/log/outline.js'

const email = 'maria.perez+koywe@example.com'
const key = 'sk_live_4eC39HqLyjWDarjtT1zdp7dc'

/** An error from a careless program: everything it can set contains what must not be logged. */
function leaking(text: string): Error {
  const error = new Error(`${text}\n    at ${text} (/app/${text}.js:1:1)\n    at /app/${text}:2:2`)
  error.name = text
  return Object.assign(error, { code: text, detail: `Key (email)=(${text}) already exists.` })
}

describe('outlineOf', () => {
  it('names the class, the code and the places', () => {
    const error = Object.assign(new RangeError('no'), { code: 'ECONNREFUSED' })
    expect(outlineOf(error)).toMatch(/^RangeError \(ECONNREFUSED\) at \S*outline\.test\.ts:\d+:\d+/)
    class DatabaseError extends Error {}
    const failed = Object.assign(new DatabaseError('no'), { code: '23505', stack: undefined })
    expect(outlineOf(failed)).toBe('DatabaseError (23505)')
  })

  it.each(['a/', '/', 'node:a/', 'a.js:1'])('reads a hostile stack in no time: %s', (part) => {
    const error = new Error('no')
    const line = `    at ${part.repeat(490 / part.length)}`
    error.stack = ['Error: no', ...Array.from({ length: 20 }, () => line)].join('\n')
    const start = process.cpuUsage()
    outlineOf(error)
    // 460 to 2,200 ms where the time grows with the third power of a line.
    expect(process.cpuUsage(start).user / 1000).toBeLessThan(200)
  })

  it.each(['AKIAIOSFODNN7EXAMPLE', 'SK_LIVE_9F8E7D6C', 'a@b.example', 'Bearer x'])(
    'leaves out a code that may be a key or a token: %s',
    (code) => {
      expect(outlineOf(Object.assign(new Error('no'), { code }))).not.toContain(code)
    },
  )

  it('names causes too', () => {
    const cause = Object.assign(new TypeError('inner'), { code: 'ENOTFOUND' })
    expect(outlineOf(new Error('outer', { cause }))).toContain(', caused by TypeError (ENOTFOUND)')
    const circle = new Error('circle')
    circle.cause = circle
    expect(outlineOf(circle).split('caused by')).toHaveLength(3)
  })

  it('contains no e-mail and no key, in whatever form an error has them', () => {
    const user = email.slice(0, email.indexOf('@'))
    for (const hidden of [
      email,
      encodeURIComponent(email),
      ` ${email} `,
      email.slice(3),
      user,
      key,
    ]) {
      const outlines = [leaking(hidden), new Error('outer', { cause: leaking(hidden) })].map(
        outlineOf,
      )
      for (const outline of outlines) {
        expect(outline).not.toContain(hidden.trim())
        expect(outline).not.toContain('example')
      }
    }
  })

  it('contains nothing of a changed message or an assigned stack', () => {
    const changed = new Error(`first\n    at /app/${key}.js:1:1`)
    expect(changed.stack).toContain(key)
    changed.message = 'second'
    expect(outlineOf(changed)).toBe('Error')
    const stack = `Error: no\n    at ${email} (/${email}/a.js:1:1)\n    at /${email}:1:1\n${email}`
    expect(outlineOf(Object.assign(new Error('no'), { stack }))).toBe('Error at a.js:1:1')
  })

  it('omits the folders before an unusual character', () => {
    const stack = [
      'Error: no',
      '    at find (/home/maria@example.com/app/src/users.ts:12:5)',
      '    at async run (file:///app/node_modules/.pnpm/pg@8.1.0/node_modules/pg/lib/client.js:526:17)',
      '    at async file:///app/server.mjs:3:1',
      '    at process.processTicksAndRejections (node:internal/process/task_queues:105:5)',
      '    at maria (<anonymous>)',
    ].join('\n')
    expect(outlineOf(Object.assign(new Error('no'), { stack }))).toBe(
      'Error at app/src/users.ts:12:5 at node_modules/pg/lib/client.js:526:17 at file:///app/server.mjs:3:1 ' +
        'at node:internal/process/task_queues:105:5',
    )
  })

  it('survives whatever is thrown', () => {
    const { proxy, revoke } = Proxy.revocable(new Error('x'), {})
    revoke()
    const throwing = (property: string) =>
      Object.defineProperty(new Error('x'), property, {
        get() {
          throw new Error(email)
        },
      })
    const odd = [
      proxy,
      ...['stack', 'message', 'name', 'code', 'cause', 'constructor'].map(throwing),
      Object.assign(new Error('x'), { stack: 7, message: null }),
      Object.setPrototypeOf(new Error('x'), null),
      Object.create(Error.prototype),
      undefined,
      null,
      Symbol(email),
      email,
    ]
    for (const thrown of odd) expect(outlineOf(thrown)).not.toContain('maria')
    fc.assert(
      fc.property(fc.anything(), (thrown) => {
        expect(typeof outlineOf(thrown)).toBe('string')
      }),
    )
  })
})
