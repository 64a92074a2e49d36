import { createGate } from '@x/koywe-testkit/gate'
import { createMemoryLog } from '@x/koywe-testkit/memory-log'
import fc from 'fast-check'
import { beforeEach, describe, expect, it } from 'vitest'
import {
  type AuthQuestion,
  anyOf,
  apiKey,
  basic,
  bearer,
  bodySignature,
  type CallerCheck,
  createKoyweAuthCallback,
  type HttpRequest,
  type KoyweAuthCallbackOptions,
  KoyweError,
} from '../../src/index.js'
import { requestOf } from '../requests.js'

const numRuns = process.env.CI ? 10_000 : 1_000
let auth: CallerCheck
const rawHeaders = ['Authorization', 'Bearer token']

beforeEach(() => {
  auth = bearer('token')
})

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
  it('throws without isAllowed or with a wrong option', () => {
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
    expect(make({ isAllowed: 'yes' })).toThrow('`isAllowed` must be a function that returns')
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

  it('hands over the e-mail as sent, every field, and a signal that aborts when time runs out', async () => {
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
  ])('accepts an e-mail of 1 to 254 characters', async (email, status) => {
    expect((await ask(() => true, { email })).status).toBe(status)
  })

  it('warns of a result that is not a boolean, without the e-mail', async () => {
    const logger = createMemoryLog()
    await ask(() => ({ email: 'maria@example.com' }), undefined, { logger })
    expect(logger.lines).toEqual([expect.stringContaining('a value of type object')])
    await ask(() => false, undefined, { logger })
    expect(logger.lines).toHaveLength(1)
    await ask(() => null, undefined, { logger })
    expect(logger.lines[1]).toContain('isAllowed returned null. Only a literal true is a yes')
  })

  describe('says in the log why it refused, and to the caller only no', () => {
    const headers = { authorization: 'Bearer other' }
    const question = { email: 'maria@example.com' }
    const never = () => new Promise<never>(() => {})
    const broken = () => Promise.reject(new RangeError('x'))

    it.each<
      [string, Partial<HttpRequest>, () => Partial<KoyweAuthCallbackOptions>, number, RegExp]
    >([
      [
        'no credential',
        { rawHeaders: [] },
        () => ({}),
        401,
        / without the header Authorization: `auth` did not accept it\. Compare `auth`/,
      ],
      [
        'another credential',
        { headers, rawHeaders: ['Authorization', 'Bearer other'] },
        () => ({}),
        401,
        / with the header Authorization: `auth` did not accept it\./,
      ],
      [
        'no credential where there is only its own header',
        { rawHeaders: [] },
        () => ({ auth: basic({ username: 'a', password: 'b' }) }),
        401,
        / without the header Authorization: `auth` did not accept it\./,
      ],
      [
        'no credential where a function checks pairs',
        { rawHeaders: [] },
        () => ({ auth: basic(() => true) }),
        401,
        / without the header Authorization: `auth` did not accept it\./,
      ],
      [
        'no API key',
        { headers, rawHeaders: ['Authorization', 'Bearer other'] },
        () => ({ auth: apiKey('X-Api-Key', 'key') }),
        401,
        /Refused a question without the header X-Api-Key: `auth` did not accept it\./,
      ],
      [
        'one of two credentials',
        { headers, rawHeaders: ['Authorization', 'Bearer other'] },
        () => ({ auth: anyOf(bearer('token'), bearer('old'), apiKey('x-key', 'key')) }),
        401,
        /Refused a question with the header Authorization, without the header x-key: `auth` did/,
      ],
      [
        'no token where a function checks tokens',
        { rawHeaders: [] },
        () => ({ auth: bearer(() => true) }),
        401,
        / without the header Authorization: `auth` did not accept it\./,
      ],
      [
        'a body without a signature',
        { headers, rawHeaders: ['Authorization', 'Bearer other'] },
        () => ({ auth: bodySignature('a secret') }),
        401,
        /Refused a question: `auth` did not accept it\./,
      ],
      [
        'what a check of your own refuses',
        { headers, rawHeaders: ['Authorization', 'Bearer other'] },
        () => ({ auth: () => false }),
        401,
        /Refused a question: `auth` did not accept it\./,
      ],
      ['a check that rejects', {}, () => ({ auth: broken }), 401, /`auth` threw RangeError at/],
      [
        'a slow check',
        {},
        () => ({ isAllowed: never }),
        503,
        /within 20 ms,.* or raise `timeoutMs`\. \(P/,
      ],
      [
        'another type',
        { headers: { 'content-type': 'text/plain' } },
        () => ({}),
        415,
        /Content-Type of the question is not application\/json\. \(POST/,
      ],
      [
        'a question without its field',
        {},
        () => ({ field: 'rut' as 'email' }),
        400,
        /The field `rut` is not a string of 1 to 254 characters\. \(POST "\/koywe\/auth"/,
      ],
      [
        'a body that cannot be read',
        { body: broken },
        () => ({}),
        500,
        /The question could not be handled: RangeError at .*\(POST/,
      ],
    ])('%s', async (_what, request, options, status, sentence) => {
      const logger = createMemoryLog()
      const callback = createKoyweAuthCallback({
        auth,
        isAllowed: () => true,
        timeoutMs: 20,
        logger,
        ...options(),
      })
      const asked = { ...requestOf(question), url: '/koywe/auth', rawHeaders, ...request }
      expect(await callback.handle(asked)).toMatchObject({ status, body: 'false' })
      expect(logger.lines).toEqual([expect.stringMatching(sentence)])
    })

    it('each time, once the caller is admitted', async () => {
      const logger = createMemoryLog()
      const callback = createKoyweAuthCallback({ auth, isAllowed: broken, logger })
      for (const _time of [1, 2, 3]) await callback.handle({ ...requestOf(question), rawHeaders })
      expect(logger.lines).toHaveLength(3)
      for (const line of logger.lines) expect(line).toContain('(POST "/webhooks/koywe"')
    })
  })

  it.each([
    ['application/json', 200],
    ['application/json; charset=utf-8', 200],
    ['application/json ;charset=utf-8', 200],
    ['APPLICATION/JSON', 200],
    ['application/vnd.koywe-1+json', 200],
    ['text/application/json', 415],
    ['application/jsonp', 415],
    ['application/json, text/plain', 415],
    ['application/+json', 415],
  ])('takes a question of the type %s: %i', async (type, status) => {
    const callback = createKoyweAuthCallback({ auth, isAllowed: () => true, logger: false })
    const request = { ...requestOf(JSON.stringify({ email: 'm@example.com' })), rawHeaders }
    const answer = await callback.handle({ ...request, headers: { 'content-type': type } })
    expect(answer).toMatchObject({ status, body: String(status === 200) })
  })

  it('asks for a credential with 401 alone, and for a retry with 503 alone', async () => {
    const headersOf = async (options: object, body?: unknown) =>
      (await ask(() => new Promise(() => {}), body, { timeoutMs: 20, ...options })).headers
    const refused = await headersOf({ auth: () => false })
    expect(refused).toMatchObject({ 'www-authenticate': 'Koywe' })
    expect(refused).not.toHaveProperty('retry-after')
    const late = await headersOf({})
    expect(late).toMatchObject({ 'retry-after': '5' })
    expect(late).not.toHaveProperty('www-authenticate')
    expect(await headersOf({}, {})).not.toHaveProperty('www-authenticate')
  })

  it('logs where a check threw and what kind of error, but not its message', async () => {
    const email = 'María+(1)@Example.com'
    const token = 'c2VjcmV0LXRva2Vu'
    const pair = 'koywe:contraseña'
    for (const hidden of [
      email,
      encodeURIComponent(email),
      email.trim().toLowerCase(),
      email.slice(0, -5),
      token,
      pair,
    ]) {
      const broken = () => {
        throw Object.assign(new RangeError(`no row for ${hidden}`), { name: hidden, code: hidden })
      }
      for (const options of [{ auth: () => true }, { auth: broken }, { auth: bearer(broken) }]) {
        const logger = createMemoryLog()
        const answer = await ask(broken, { email }, { logger, ...options })
        expect(answer.body).toBe('false')
        const text = JSON.stringify([logger.lines, logger.errors])
        expect(text).toMatch(/threw RangeError at \S+auth-callback\.test\.ts:\d+:\d+/)
        expect(text).not.toContain(hidden)
      }
    }
  })

  it('answers no with its own status, whatever a check throws or returns', async () => {
    const revoked = (): object => {
      const { proxy, revoke } = Proxy.revocable(new Error('x'), {})
      revoke()
      return proxy
    }
    const throwing = (property: string): Error =>
      Object.defineProperty(new Error('x'), property, {
        get() {
          throw undefined
        },
      })
    const yes = new KoyweError('timeout', 'x')
    const thrown = [
      undefined,
      null,
      true,
      'true',
      Object.assign(new Error('x'), { stack: 7 }),
      Object.assign(new Error('x'), { stack: undefined }),
      throwing('stack'),
      throwing('message'),
      throwing('name'),
      throwing('constructor'),
      revoked(),
      Object.create(null),
      Object.assign(yes, { status: 200 }),
    ]
    const hostile: readonly (() => unknown)[] = [
      ...thrown.flatMap((value) => [
        () => {
          throw value
        },
        () => Promise.reject(value),
        // biome-ignore lint/suspicious/noThenProperty: what a careless library may give
        () => ({ then: (_: unknown, reject: (reason: unknown) => void) => reject(value) }),
        () => ({
          // biome-ignore lint/suspicious/noThenProperty: as above
          then() {
            throw value
          },
        }),
        () => ({
          // biome-ignore lint/suspicious/noThenProperty: as above
          get then() {
            throw value
          },
        }),
      ]),
      revoked,
      async () => revoked(),
    ]
    const logger = {
      warn() {
        throw undefined
      },
      get error(): () => void {
        return () => {
          throw undefined
        }
      },
    }
    for (const check of hostile) {
      expect(await ask(check, undefined, { logger })).toMatchObject({ status: 500, body: 'false' })
      for (const auth of [check, bearer(check as () => boolean), anyOf(check as () => boolean)]) {
        const refused = await ask(() => true, undefined, { logger, auth })
        expect(refused).toMatchObject({ status: 401, body: 'false' })
      }
    }
  })

  it('answers no when the body cannot even be inspected', async () => {
    const callback = createKoyweAuthCallback({ auth, isAllowed: () => true, logger: false })
    const { proxy, revoke } = Proxy.revocable({}, {})
    revoke()
    for (const body of [
      async () => ({ value: proxy }),
      () => Promise.reject(proxy),
      () => Promise.reject(undefined),
      () => {
        throw proxy
      },
    ]) {
      const answer = await callback.handle({ ...requestOf(undefined), rawHeaders, body })
      expect(answer.body).toBe('false')
      expect([400, 500]).toContain(answer.status)
    }
  })

  it('logs what kind of error a credential check threw, but not its message', async () => {
    const logger = createMemoryLog()
    const broken = () => {
      throw new RangeError('token abc is out of range')
    }
    const answer = await ask(() => true, undefined, { logger, auth: broken })
    expect(answer).toMatchObject({ status: 401, body: 'false' })
    expect(logger.lines.join()).toContain('RangeError')
    expect(logger.lines.join()).not.toContain('abc')
  })

  it('applies the time limit to a credential check too', async () => {
    const answer = await ask(() => true, undefined, {
      auth: () => new Promise<boolean>(() => {}),
      timeoutMs: 30,
    })
    expect(answer).toMatchObject({ status: 503, body: 'false' })
  })

  it('reads no body when the headers have a wrong credential', async () => {
    const callback = createKoyweAuthCallback({ auth, isAllowed: () => true, logger: false })
    let read = false
    const body = async () => {
      read = true
      return { text: '' }
    }
    const { status } = await callback.handle({ ...requestOf(undefined), body })
    expect({ status, read }).toEqual({ status: 401, read: false })
  })

  it('starts to read at once, and refuses a wrong credential without waiting for the body', async () => {
    let began = false
    const gate = createGate<{ text: string }>()
    const body = () => {
      began = true
      return gate.promise
    }
    const wrong = createKoyweAuthCallback({
      auth: async () => false,
      isAllowed: () => true,
      logger: false,
    }).handle({ ...requestOf(undefined), body })
    expect(began).toBe(true)
    expect(await wrong).toMatchObject({ status: 401, body: 'false' })
    // Nobody awaits it any more, and an unhandled rejection would end the process.
    gate.fail(new KoyweError('body_aborted', 'x'))
    await new Promise((resolve) => setImmediate(resolve))
  })

  it.each([
    ['a body over the limit', { 'content-length': '5000' }, 413],
    ['a compressed body', { 'content-encoding': 'gzip' }, 415],
    ['another media type', { 'content-type': 'text/plain' }, 415],
  ])(
    'refuses %s before it is read, but a wrong credential first',
    async (_what, headers, status) => {
      for (const [isKoywe, expected] of [
        [true, status],
        [false, 401],
      ] as const) {
        const callback = createKoyweAuthCallback({
          auth: async () => isKoywe,
          isAllowed: () => true,
          logger: false,
        })
        const body = () => Promise.reject(new Error('nobody may ask for it'))
        const answer = await callback.handle({ ...requestOf(undefined, headers), body })
        expect(answer).toMatchObject({ status: expected, body: 'false' })
      }
    },
  )

  it('does not call isAllowed when time ran out while the body arrived', async () => {
    let asked = 0
    const gate = createGate<{ value: unknown }>()
    const callback = createKoyweAuthCallback({
      auth: () => true,
      isAllowed: () => ++asked > 0,
      timeoutMs: 20,
      logger: false,
    })
    const answer = await callback.handle({ ...requestOf(undefined), body: () => gate.promise })
    expect(answer).toMatchObject({ status: 503, body: 'false' })
    gate.open({ value: { email: 'maria@example.com' } })
    await new Promise((resolve) => setImmediate(resolve))
    expect(asked).toBe(0)
  })

  it('asks about another field, under its own name', async () => {
    const seen: string[] = []
    const callback = createKoyweAuthCallback({
      auth: () => true,
      field: 'document',
      isAllowed: ({ document }) => {
        seen.push(document)
        return document === '12.345.678-9'
      },
      logger: false,
    })
    const answerTo = async (body: unknown) => {
      const { status, body: answer } = await callback.handle(requestOf(body))
      return `${status} ${answer}`
    }
    expect(await answerTo({ document: '12.345.678-9' })).toBe('200 true')
    expect(await answerTo({ document: 'other', email: '12.345.678-9' })).toBe('200 false')
    for (const wrong of [{ email: '12.345.678-9' }, { document: 7 }, { document: '' }, {}]) {
      expect(await answerTo(wrong)).toBe('400 false')
    }
    expect(await answerTo({ document: 'a'.repeat(255) })).toBe('400 false')
    expect(seen).toEqual(['12.345.678-9', 'other'])
  })

  it('accepts the field only from the body itself', async () => {
    const answerTo = (field: string, body: unknown) =>
      createKoyweAuthCallback({ auth: () => true, field, isAllowed: () => true, logger: false })
        .handle(requestOf(body))
        .then(({ status }) => status)
    expect(await answerTo('email', Object.create({ email: 'maria@example.com' }))).toBe(400)
    expect(await answerTo('constructor', '{}')).toBe(400)
    expect(await answerTo('constructor', '{"constructor":"Acme"}')).toBe(200)
  })

  it('types the question by the field', () => {
    const allowed = () => true
    createKoyweAuthCallback({
      auth,
      isAllowed: ({ email, payload, signal }) => {
        email satisfies string
        payload satisfies Readonly<Record<string, unknown>>
        signal satisfies AbortSignal
        return true
      },
    })
    createKoyweAuthCallback({ auth, isAllowed: ({ email }: { email: string }) => email === '' })
    createKoyweAuthCallback({ auth, isAllowed: (question: AuthQuestion) => question.email === '' })
    // @ts-expect-error The field is the document, so there is no e-mail.
    createKoyweAuthCallback({ auth, field: 'document', isAllowed: ({ email }) => email === '' })
    // @ts-expect-error Without the option, the field is the e-mail.
    createKoyweAuthCallback({ auth, isAllowed: ({ document }) => document === '' })
    createKoyweAuthCallback<'document'>({
      auth,
      field: 'document',
      isAllowed: ({ document }) => document === '',
    })
    expect(createKoyweAuthCallback({ auth, isAllowed: allowed })).toHaveProperty('handle')
  })

  it.each([['payload'], ['request'], ['signal'], ['signature'], ['__proto__'], [''], [' '], [7]])(
    'is not made with the field %j',
    (field) => {
      const options = { auth, isAllowed: () => true, field: field as string }
      expect(() => createKoyweAuthCallback(options)).toThrow(
        /`field` must be the name .* not one of: payload, request, signal, signature, __proto__\./,
      )
    },
  )

  it('refuses an unknown option and names the nearest', () => {
    const options = { auth, isallowed: () => true, isAllowed: () => true }
    expect(() => createKoyweAuthCallback(options)).toThrow(
      /`isallowed` of createKoyweAuthCallback.*`isAllowed`/,
    )
    const late = { auth, isAllowed: () => true, timeoutMS: 100 }
    expect(() => createKoyweAuthCallback(late)).toThrow(/`timeoutMS`.*`timeoutMs`/)
  })
})
