import type { IncomingHttpHeaders } from 'node:http'
import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import {
  anyOf,
  apiKey,
  basic,
  bearer,
  bodySignature,
  type CallerCheck,
  createKoyweAuthCallback,
  createKoyweWebhooks,
  type RequestCheck,
} from '../../src/index.js'
import { signEvent } from '../../src/testing.js'
import { requestOf } from '../requests.js'

const numRuns = process.env.CI ? 10_000 : 1_000
const question = { email: 'maria@example.com' }

/** Asks with one header and returns the status; `isAllowed` says yes to everyone who gets that far. */
async function statusOf(auth: CallerCheck, name: string, value: string, body: unknown = question) {
  const callback = createKoyweAuthCallback({ auth, isAllowed: () => true, logger: false })
  const request = { ...requestOf(body), rawHeaders: [name, value] }
  const { status, body: answer } = await callback.handle(request)
  expect(answer).toBe(String(status === 200))
  return status
}

const base64 = (text: string): string => Buffer.from(text).toString('base64')

describe('bearer', () => {
  it('accepts each of its tokens and no other', async () => {
    const auth = bearer(['new-token', 'old-token'])
    expect(await statusOf(auth, 'Authorization', 'Bearer new-token')).toBe(200)
    expect(await statusOf(auth, 'authorization', 'bEARER  old-token')).toBe(200)
    expect(await statusOf(auth, 'Authorization', 'Bearer new-tokenold-token')).toBe(401)
  })

  it('refuses every mutation of the header', async () => {
    const right = 'Bearer 3kQ.x-_~+/9=='
    const auth = bearer(right.slice('Bearer '.length))
    const mutated = fc.oneof(
      fc
        .tuple(fc.nat(right.length - 1), fc.integer({ min: 32, max: 255 }))
        .map(([at, code]) => right.slice(0, at) + String.fromCharCode(code) + right.slice(at + 1)),
      fc.nat(right.length - 1).map((at) => right.slice(0, at) + right.slice(at + 1)),
      fc.nat(right.length).map((end) => right.slice(0, end)),
      fc.string().map((more) => right + more),
      fc.string(),
    )
    const credentialOf = (header: string) => header.replace(/^bearer +/i, '')
    await fc.assert(
      fc.asyncProperty(mutated, async (header) => {
        // The scheme's case and the number of spaces do not matter.
        fc.pre(!/^bearer /i.test(header) || credentialOf(header) !== credentialOf(right))
        expect(await statusOf(auth, 'Authorization', header)).toBe(401)
      }),
      { numRuns },
    )
  }, 600_000)

  it('lets your function check the token, and accepts only a literal true as a yes', async () => {
    const seen: string[] = []
    const auth = bearer(async (token) => {
      seen.push(token)
      if (token === 'broken') throw new Error('jwt expired')
      return (token === 'good' ? true : 'true') as boolean
    })
    expect(await statusOf(auth, 'Authorization', 'Bearer good')).toBe(200)
    expect(await statusOf(auth, 'Authorization', 'Bearer other')).toBe(401)
    expect(await statusOf(auth, 'Authorization', 'Bearer broken')).toBe(401)
    expect(await statusOf(auth, 'Authorization', 'Basic good')).toBe(401)
    expect(seen).toEqual(['good', 'other', 'broken'])
  })
})

describe('basic', () => {
  const pair = { username: 'koywe', password: 'contraseña:con:dos' }
  const right = `Basic ${base64(`${pair.username}:${pair.password}`)}`

  it('accepts the pair, whose password may contain colons and non-ASCII letters', async () => {
    expect(await statusOf(basic(pair), 'Authorization', right)).toBe(200)
    expect(
      await statusOf(basic([{ ...pair, username: 'old' }, pair]), 'Authorization', right),
    ).toBe(200)
  })

  it('refuses every other pair, and base64 that is not in its canonical form', async () => {
    const wrong = [
      `Basic ${base64('koywe:contraseña')}`,
      `Basic ${base64('koywe')}`,
      `Basic ${base64(':')}`,
      `${right}=`,
      `${right}!`,
      right.replace(/=+$/, ''),
      right.replace('Basic', 'Bearer'),
    ].filter((header) => header !== right)
    for (const header of wrong) {
      expect(await statusOf(basic(pair), 'Authorization', header), header).toBe(401)
    }
  })

  it('lets your function check the pair', async () => {
    const auth = basic(({ username, password }) => username === 'a' && password === 'b:c')
    expect(await statusOf(auth, 'Authorization', `Basic ${base64('a:b:c')}`)).toBe(200)
    expect(await statusOf(auth, 'Authorization', `Basic ${base64('a')}`)).toBe(401)
  })

  it('does not ask your function without a user name and a password', async () => {
    const check = vi.fn(() => true)
    for (const header of [`Basic ${base64('a')}`, 'Basic', 'Bearer token', '']) {
      expect(await statusOf(basic(check), 'Authorization', header)).toBe(401)
    }
    expect(await statusOf(basic(check), 'x', 'y')).toBe(401)
    expect(check).not.toHaveBeenCalled()
  })
})

describe('apiKey', () => {
  it('accepts its values in its own header only', async () => {
    const auth = apiKey('X-Api-Key', ['one', 'two'])
    expect(await statusOf(auth, 'x-api-key', 'two')).toBe(200)
    expect(await statusOf(auth, 'X-Api-Key', 'three')).toBe(401)
    expect(await statusOf(auth, 'X-Other', 'one')).toBe(401)
  })
})

describe('bodySignature', () => {
  it('accepts a signed question, and no mutation of it', async () => {
    const auth = bodySignature(['new', 'old'])
    const signed = signEvent(question, 'old')
    expect(await statusOf(auth, 'x', 'y', signed)).toBe(200)
    await fc.assert(
      fc.asyncProperty(fc.nat(signed.length - 1), fc.nat(7), async (at, bit) => {
        const bytes = Buffer.from(signed)
        bytes.writeUInt8(bytes.readUInt8(at) ^ (1 << bit), at)
        expect(await statusOf(auth, 'x', 'y', bytes.toString())).not.toBe(200)
      }),
      { numRuns: 500 },
    )
  })
})

describe('anyOf', () => {
  it('accepts what any of its checks accepts, by the headers or by the body', async () => {
    const auth = anyOf(bearer('token'), bodySignature('secret'), (request) =>
      request.rawHeaders.includes('let-me-in'),
    )
    expect(await statusOf(auth, 'Authorization', 'Bearer token')).toBe(200)
    expect(await statusOf(auth, 'x', 'let-me-in')).toBe(200)
    expect(await statusOf(auth, 'x', 'y', signEvent(question, 'secret'))).toBe(200)
    expect(await statusOf(auth, 'x', 'y')).toBe(401)
  })

  it('still runs the others when one throws', async () => {
    const broken = () => {
      throw new Error('no key')
    }
    expect(await statusOf(anyOf(broken, bearer('t')), 'Authorization', 'Bearer t')).toBe(200)
  })

  it('does not wait for the body when no check is about it', async () => {
    const auth = anyOf(bearer('new'), bearer('old'))
    const callback = createKoyweAuthCallback({ auth, isAllowed: () => true, logger: false })
    const body = () => new Promise<never>(() => {})
    const answer = await callback.handle({ ...requestOf(question), body })
    expect(answer).toMatchObject({ status: 401, body: 'false' })
  })
})

it.each<[string, () => CallerCheck | RequestCheck]>([
  ['Bearer', () => bearer('token')],
  ['Bearer', () => bearer(() => false)],
  ['Basic realm="koywe", charset="UTF-8"', () => basic({ username: 'a', password: 'b' })],
  ['ApiKey', () => apiKey('x-key', 'k')],
  ['Signature', () => bodySignature('secret')],
  ['Koywe', () => () => false],
  ['Bearer, ApiKey, Koywe', () => anyOf(bearer('t'), apiKey('x', 'k'), () => false)],
])('a refusal names the schemes that it accepts: %s', async (challenge, make) => {
  const auth = make()
  const callback = createKoyweAuthCallback({ auth, isAllowed: () => true, logger: false })
  const { status, headers } = await callback.handle(requestOf(question))
  expect(status).toBe(401)
  expect(headers['www-authenticate']).toBe(challenge)
})

describe('a header', () => {
  const statusWith = async (headers: IncomingHttpHeaders, rawHeaders: readonly string[] = []) => {
    const pair = { username: 'a', password: 'b' }
    const auth = anyOf(bearer('token'), basic(pair), apiKey('x-key', 'k'))
    const callback = createKoyweAuthCallback({ auth, isAllowed: () => true, logger: false })
    return (await callback.handle({ ...requestOf(question, headers), rawHeaders })).status
  }

  it('is read from `headers` when a serverless platform provides no `rawHeaders`', async () => {
    expect(await statusWith({ authorization: 'Bearer token' })).toBe(200)
    expect(await statusWith({ authorization: `Basic ${base64('a:b')}` })).toBe(200)
    expect(await statusWith({ 'x-key': 'k' })).toBe(200)
    expect(await statusWith({ authorization: 'Bearer other' })).toBe(401)
    expect(await statusWith({})).toBe(401)
  })

  it('is refused there when it was sent twice, joined or as a list', async () => {
    expect(await statusWith({ authorization: 'Bearer token, Bearer token' })).toBe(401)
    expect(await statusWith({ authorization: 'Bearer token,Bearer token' })).toBe(401)
    expect(await statusWith({ 'x-key': 'k, k' })).toBe(401)
    expect(await statusWith({ 'x-key': ['k', 'k'] })).toBe(401)
    expect(await statusWith({ 'x-key': ['k'] })).toBe(401)
    // In spite of Node's types.
    const listed = { authorization: ['Bearer token'] } as unknown as IncomingHttpHeaders
    expect(await statusWith(listed)).toBe(401)
  })

  it('is not read from `headers` when `rawHeaders` can show that it was sent twice', async () => {
    const headers = { authorization: 'Bearer token' }
    const twice = ['Authorization', 'Bearer token', 'Host', 'x', 'authorization', 'Bearer token']
    expect(await statusWith(headers, twice)).toBe(401)
    expect(await statusWith(headers, ['Host', 'x'])).toBe(401)
    expect(await statusWith({}, ['Host', 'Authorization', 'Bearer', 'token'])).toBe(401)
  })
})

describe('a credential that cannot work is refused at start-up', () => {
  // What plain JavaScript may pass.
  const loosely = (make: unknown) => make as (...values: readonly unknown[]) => unknown

  const tokens = /must be a string of visible ASCII characters.* Set it to what you registered/
  const bearerTokens = new RegExp(`^A bearer token ${tokens.source}`)
  const pairs = /^`basic` needs a user name without a colon and a password, neither of them blank/

  it.each<[string, unknown, readonly unknown[], RegExp]>([
    ['bearer', bearer, [undefined], bearerTokens],
    ['bearer', bearer, [''], bearerTokens],
    ['bearer', bearer, ['  '], bearerTokens],
    ['bearer', bearer, ['two words'], bearerTokens],
    ['bearer', bearer, ['undefined'], bearerTokens],
    ['bearer', bearer, ['""'], bearerTokens],
    ['bearer', bearer, ['a,b'], bearerTokens],
    ['bearer', bearer, ['ñ'], bearerTokens],
    ['bearer', bearer, [[]], bearerTokens],
    ['bearer', bearer, [['good', '']], bearerTokens],
    ['bearer', bearer, [['good', undefined]], bearerTokens],
    ['bearer', bearer, [{ token: 'x' }], bearerTokens],
    ['basic', basic, [undefined], pairs],
    ['basic', basic, [{ username: 'a' }], pairs],
    ['basic', basic, [{ username: '', password: 'b' }], pairs],
    ['basic', basic, [{ username: 'a', password: ' ' }], pairs],
    ['basic', basic, [{ username: 'a', password: 7 }], pairs],
    ['basic', basic, [{ username: 'a', password: 'undefined' }], pairs],
    ['basic', basic, [{ username: 'a:b', password: 'c' }], pairs],
    ['basic', basic, [[]], pairs],
    ['basic', basic, [[{ username: 'a', password: 'b' }, {}]], pairs],
    ['basic', basic, ['a:b'], pairs],
    ['apiKey', apiKey, ['x-api-key'], new RegExp(`^An API key ${tokens.source}`)],
    ['apiKey', apiKey, [undefined, 'value'], /^`apiKey` needs the name of a header first/],
    ['apiKey', apiKey, ['', 'value'], /^`apiKey` needs the name of a header first/],
    ['apiKey', apiKey, ['x api', 'value'], /^`apiKey` needs the name of a header first/],
    ['apiKey', apiKey, ['x-api-key:', 'value'], /^`apiKey` needs the name of a header first/],
    ['apiKey', apiKey, [' x-api-key', 'value'], /^`apiKey` needs the name of a header first/],
    ['apiKey', apiKey, ['x-api-key', 'null'], new RegExp(`^An API key ${tokens.source}`)],
    ['apiKey', apiKey, ['x-api-key', ''], new RegExp(`^An API key ${tokens.source}`)],
    ['bodySignature', bodySignature, [''], /secret/],
    ['bodySignature', bodySignature, [[]], /secret/],
    ['anyOf', anyOf, [], /^`anyOf` needs at least one check/],
    ['anyOf', anyOf, ['token'], /^`auth` must say how Koywe authenticates/],
  ])('%s is, and the message says why', (_name, make, values, message) => {
    expect(() => loosely(make)(...values)).toThrow(TypeError)
    expect(() => loosely(make)(...values)).toThrow(message)
  })

  it.each([
    ['bearer', () => bearer('')],
    ['apiKey', () => apiKey('x-api-key', '')],
    ['bodySignature', () => bodySignature('')],
  ])('%s says what to set, and how to make one', (_name, make) => {
    expect(make).toThrow(/KOYWE_CALLBACK_TOKEN.*openssl rand -hex 32/)
  })

  it.each<[string, () => unknown]>([
    ['nothing', () => undefined],
    ['null', () => null],
    ['a bare string', () => 'token'],
    ['the webhook receiver', () => createKoyweWebhooks('secret')],
    ['a middleware with its methods', () => Object.assign(() => true, { onAny() {} })],
    ['an object of options', () => ({ secret: 'x' })],
    ['an object made by hand', () => ({ challenge: 'x', byBody: async () => false })],
    ['a copy', () => ({ ...bearer('token') })],
    ['an object that inherits', () => Object.create(bearer('token'))],
  ])('as is `auth` with %s, and the message says what to pass', (_name, wrong) => {
    const auth = wrong() as CallerCheck // what plain JavaScript may pass
    const make = () => createKoyweAuthCallback({ auth, isAllowed: () => true })
    expect(make).toThrow(TypeError)
    expect(make).toThrow(/bearer\(token\), .* bodySignature\(secret\), .* are not accepted\./)
    expect(() => anyOf(bearer('token'), auth)).toThrow('bearer(token)')
  })

  it('cannot be changed after that', () => {
    const auth = bearer('token')
    expect(() => Object.assign(auth, { byHeaders: () => true })).toThrow(TypeError)
  })
})
