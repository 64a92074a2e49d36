import { setTimeout as delay } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import type { AuthQuestion } from '@x/koywe-core'
import type { WireRequest } from '@x/koywe-testkit/wire'
import type { Refusal } from './mount.js'

/** What a server under test accepts: the second token is the one being rotated out. */
export const tokens = ['conformance-token.1', 'conformance-token.0'] as const
export const pair = { username: 'koywe', password: 'contraseña:1' } as const
export const key = 'conformance-key'

/** The one user who may operate. */
export const allowedEmail = 'María+alta@example.com'

/** The time limit of a server under test. */
export const answerTimeoutMs = 400

/** Every value that a careless `isAllowed` might return for the e-mail `<name>@example.com`. */
export const carelessAnswers: Readonly<Record<string, () => unknown>> = {
  'string-false': () => 'false',
  'string-true': () => 'true',
  yes: () => 'yes',
  no: () => 'no',
  'empty-string': () => '',
  one: () => 1,
  zero: () => 0,
  nan: () => Number.NaN,
  bigint: () => 1n,
  object: () => ({}),
  allowed: () => ({ allowed: true }),
  'not-allowed': () => ({ allowed: false }),
  array: () => [],
  'array-of-true': () => [true],
  'boolean-object': () => Object(true),
  user: () => ({ id: 7, email: 'user@example.com' }),
  undefined: () => undefined,
  null: () => null,
  symbol: () => Symbol('yes'),
  function: () => () => true,
  'false-itself': () => false,
  throw: () => {
    throw new Error('database unreachable')
  },
  'throw-true': () => {
    throw true
  },
  never: () => new Promise(() => {}),
  late: () => delay(answerTimeoutMs * 3, true),
}

/** The `isAllowed` of the servers under test; in JavaScript nobody would notice its wrong return type. */
export const isAllowed = (({ email }: AuthQuestion): unknown => {
  if (email === allowedEmail) return true
  const [name = ''] = email.split('@')
  const answer = carelessAnswers[name.replace(/^promise-/, '')] ?? (() => false)
  if (name.startsWith('promise-')) return (async () => answer())()
  return answer()
}) as (question: AuthQuestion) => boolean

/** One question and the answer that every mount must give. */
export interface Question {
  readonly name: string
  readonly request: Omit<WireRequest, 'path'>
  readonly status: number
  readonly allowed?: true
  /** Whether `isAllowed` may be asked. */
  readonly asked?: true
  readonly refusal?: Refusal
}

const json = ['Content-Type', 'application/json'] as const
const authorized = ['Authorization', `Bearer ${tokens[0]}`] as const
const body = JSON.stringify({ email: allowedEmail })

function ask(
  value: unknown,
  ...headers: readonly (readonly [string, string])[]
): Omit<WireRequest, 'path'> {
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return { body: text, headers: [json, ...headers] }
}

function wrongCredential(
  name: string,
  ...headers: readonly (readonly [string, string])[]
): Question {
  return { name, request: ask(body, ...headers), status: 401 }
}

function badQuestion(name: string, value: unknown, rest: Partial<Question> = {}): Question {
  return { name, request: ask(value, authorized), status: 400, ...rest }
}

function rightCredential(name: string, header: readonly [string, string]): Question {
  return { name, request: ask(body, header), status: 200, allowed: true, asked: true }
}

const base64 = (text: string): string => Buffer.from(text).toString('base64')

/** Questions to a server whose `auth` is `anyOf(bearer(tokens), basic(pair), apiKey('x-koywe-key', key))`. */
export const questions: readonly Question[] = [
  rightCredential('an allowed user', authorized),
  rightCredential('the token being rotated out', ['Authorization', `Bearer ${tokens[1]}`]),
  rightCredential('the scheme in lower case', ['authorization', `bearer ${tokens[0]}`]),
  rightCredential('several spaces after the scheme', ['Authorization', `BEARER   ${tokens[0]}`]),
  rightCredential('a user name and password', [
    'Authorization',
    `Basic ${base64(`${pair.username}:${pair.password}`)}`,
  ]),
  rightCredential('an API key', ['X-Koywe-Key', key]),
  {
    name: 'unknown fields',
    request: ask({ email: allowedEmail, country: 'CL', deep: [1] }, authorized),
    status: 200,
    allowed: true,
    asked: true,
  },
  {
    name: 'an unknown user',
    request: ask({ email: 'stranger@example.com' }, authorized),
    status: 200,
    asked: true,
  },
  {
    name: 'the allowed user in another case',
    request: ask({ email: allowedEmail.toUpperCase() }, authorized),
    status: 200,
    asked: true,
  },
  wrongCredential('no credential'),
  wrongCredential('another token', ['Authorization', 'Bearer another']),
  wrongCredential('a truncated token', ['Authorization', `Bearer ${tokens[0].slice(0, -1)}`]),
  wrongCredential('a token with a suffix', ['Authorization', `Bearer ${tokens[0]}x`]),
  wrongCredential('a token in another case', [
    'Authorization',
    `Bearer ${tokens[0].toUpperCase()}`,
  ]),
  wrongCredential('a token without a scheme', ['Authorization', tokens[0]]),
  wrongCredential('a token with another scheme', ['Authorization', `Token ${tokens[0]}`]),
  wrongCredential('a scheme without a token', ['Authorization', 'Bearer']),
  wrongCredential('an empty header', ['Authorization', '']),
  wrongCredential('two tokens in one header', [
    'Authorization',
    `Bearer ${tokens[0]} ${tokens[0]}`,
  ]),
  wrongCredential('two credentials with a comma', [
    'Authorization',
    `Bearer ${tokens[0]}, Bearer ${tokens[0]}`,
  ]),
  wrongCredential('the header twice', authorized, authorized),
  wrongCredential('the header twice, the right one first', authorized, [
    'Authorization',
    'Bearer x',
  ]),
  wrongCredential(
    'the header twice, the right one last',
    ['Authorization', 'Bearer x'],
    authorized,
  ),
  wrongCredential('a header that is not ASCII', ['Authorization', 'Bearer \xff\xfe']),
  wrongCredential('a wrong password', ['Authorization', `Basic ${base64('koywe:wrong')}`]),
  wrongCredential('a password that is not base64', [
    'Authorization',
    `Basic ${base64(`${pair.username}:${pair.password}`)}!`,
  ]),
  wrongCredential('the API key twice', ['X-Koywe-Key', key], ['X-Koywe-Key', key]),
  wrongCredential('the token in the API key', ['X-Koywe-Key', tokens[0]]),
  {
    name: 'neither a credential nor JSON',
    request: ask('no JSON'),
    status: 401,
    refusal: 'malformed',
  },
  badQuestion('no e-mail', {}),
  badQuestion('e-mail null', { email: null }),
  badQuestion('e-mail true', { email: true }),
  badQuestion('e-mail a number', { email: 7 }),
  badQuestion('e-mail a list', { email: [allowedEmail] }),
  badQuestion('e-mail an object', { email: { $ne: null } }),
  badQuestion('e-mail in brackets', { 'email[]': allowedEmail }),
  badQuestion('e-mail empty', { email: '' }),
  badQuestion('e-mail of 300 characters', { email: `${'a'.repeat(288)}@example.com` }),
  badQuestion('a list of questions', [{ email: allowedEmail }]),
  badQuestion('the e-mail in the prototype', `{"__proto__":{"email":"${allowedEmail}"}}`, {
    refusal: '__proto__',
  }),
  badQuestion('a bare e-mail', JSON.stringify(allowedEmail), { refusal: 'primitive' }),
  badQuestion('null', 'null', { refusal: 'primitive' }),
  badQuestion('true', 'true', { refusal: 'primitive' }),
  badQuestion('not JSON', 'email', { refusal: 'malformed' }),
  badQuestion('an empty body', ''),
  badQuestion('over 4096 bytes', { email: allowedEmail, more: 'x'.repeat(5000) }, { status: 413 }),
  {
    name: 'a form instead of JSON',
    request: {
      body: `email=${encodeURIComponent(allowedEmail)}`,
      headers: [['Content-Type', 'application/x-www-form-urlencoded'], authorized],
    },
    status: 415,
  },
  ...['nonsense', '/', 'application/', 'a b/c', 'json', ''].flatMap((type): Question[] => {
    const name = `Content-Type: ${type || 'empty'}`
    const malformed = ['Content-Type', type] as const
    return [
      { name, request: { body, headers: [malformed, authorized] }, status: 415 },
      {
        name: `${name} and no credential`,
        request: { body, headers: [malformed] },
        status: 401,
      },
    ]
  }),
  {
    name: 'gzip',
    request: {
      body: gzipSync(body),
      headers: [json, authorized, ['Content-Encoding', 'gzip']],
    },
    status: 415,
  },
  ...Object.keys(carelessAnswers).map((name): Question => {
    const status = { throw: 500, 'throw-true': 500, never: 503, late: 503 }[name] ?? 200
    const request = ask({ email: `${name}@example.com` }, authorized)
    return { name: `isAllowed gives ${name}`, request, status, asked: true }
  }),
]
