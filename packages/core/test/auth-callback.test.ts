import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type AuthQuestion, bearer, createKoyweAuthCallback } from '../src/index.js'
import { createMemoryLog, requestOf } from './requests.js'

const numRuns = process.env.CI ? 10_000 : 1_000
const auth = bearer('token')
const rawHeaders = ['Authorization', 'Bearer token']

/** What a careless user may return, whatever the type says. */
const careless = (answer: (question: AuthQuestion) => unknown) =>
  answer as (question: AuthQuestion) => boolean

function ask(
  answer: (question: AuthQuestion) => unknown,
  body: unknown = { email: 'maria@example.com' },
  options = {},
) {
  const callback = createKoyweAuthCallback({
    auth,
    isAllowed: careless(answer),
    logger: false,
    ...options,
  })
  return callback.handle({ ...requestOf(body), rawHeaders })
}

describe('createKoyweAuthCallback', () => {
  it('is not made without isAllowed or with a wrong option', () => {
    const make = (options: object) => () =>
      createKoyweAuthCallback({ auth, isAllowed: () => true, ...options })
    for (const options of [
      { isAllowed: undefined },
      { isAllowed: true },
      { timeoutMs: 0 },
      { limit: -1 },
      { logger: {} },
    ]) {
      expect(make(options)).toThrow(TypeError)
    }
  })

  it('says yes to a literal true and to a promise of it', async () => {
    for (const answer of [() => true, async () => true]) {
      expect(await ask(answer)).toMatchObject({ status: 200, body: 'true' })
    }
  })

  it('says no to every other value, and to a promise of it', async () => {
    const anything = fc.oneof(
      fc.anything({ withBoxedValues: true, withBigInt: true, withDate: true, withMap: true }),
      fc.constantFrom('true', 1, {}, [], [true], Object(true), Symbol.iterator, () => true),
    )
    await fc.assert(
      fc.asyncProperty(anything, fc.boolean(), async (value, promised) => {
        fc.pre(value !== true)
        const { status, body } = await ask(() => (promised ? Promise.resolve(value) : value))
        expect(body).toBe('false')
        expect(status).toBe(200)
      }),
      { numRuns },
    )
  }, 600_000)

  it('hands over the e-mail as it was sent, every field, and a signal that aborts when the time is over', async () => {
    const payload = { email: ' María@Example.com ', country: 'CL', deep: { a: [1] } }
    let asked: AuthQuestion | undefined
    const answer = await ask(
      (question) => {
        asked = question
        return new Promise(() => {})
      },
      payload,
      { timeoutMs: 30 },
    )
    expect(answer).toMatchObject({ status: 503, body: 'false' })
    expect(asked?.email).toBe(payload.email)
    expect(asked?.payload).toEqual(payload)
    expect(asked?.signal.aborted).toBe(true)
  })

  it.each([
    ['', 400],
    ['a', 200],
    ['a'.repeat(254), 200],
    ['a'.repeat(255), 400],
  ])('takes an e-mail of 1 to 254 characters', async (email, status) => {
    expect((await ask(() => true, { email })).status).toBe(status)
  })

  it('warns of an answer that is no boolean, without the e-mail', async () => {
    const logger = createMemoryLog()
    await ask(() => ({ email: 'maria@example.com' }), undefined, { logger })
    expect(logger.lines).toEqual([expect.stringContaining('a value of type object')])
    await ask(() => false, undefined, { logger })
    expect(logger.lines).toHaveLength(1)
  })

  it('takes the e-mail and the credential out of what a failing check says', async () => {
    const logger = createMemoryLog()
    const answer = await ask(
      ({ email, request }) => {
        throw new Error(`no row for ${email.toLowerCase()} and ${request.headers.authorization}`)
      },
      { email: 'María+(1)@Example.com' },
      { logger, auth: () => true },
    )
    expect(answer).toMatchObject({ status: 500, body: 'false' })
    const text = JSON.stringify([logger.lines, logger.errors])
    expect(text).toContain('check_failed')
    expect(text).toContain('no row for [hidden]')
    expect(text.toLowerCase()).not.toContain('@example.com')
  })

  it('names what kind of error a credential check threw, and nothing of its message', async () => {
    const logger = createMemoryLog()
    const broken = () => {
      throw new RangeError('token abc is out of range')
    }
    const answer = await ask(() => true, undefined, { logger, auth: broken })
    expect(answer).toMatchObject({ status: 401, body: 'false' })
    expect(logger.lines.join()).toContain('RangeError')
    expect(logger.lines.join()).not.toContain('abc')
  })

  it('waits no longer for a credential check than for anything else', async () => {
    const answer = await ask(() => true, undefined, {
      auth: () => new Promise<boolean>(() => {}),
      timeoutMs: 30,
    })
    expect(answer).toMatchObject({ status: 503, body: 'false' })
  })

  it('reads no body before the credential is known to be right', async () => {
    const callback = createKoyweAuthCallback({ auth, isAllowed: () => true, logger: false })
    let read = false
    const body = async () => {
      read = true
      return { text: '' }
    }
    const { status } = await callback.handle({ ...requestOf(undefined), body })
    expect({ status, read }).toEqual({ status: 401, read: false })
  })
})
