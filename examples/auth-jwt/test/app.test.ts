import { createHmac } from 'node:crypto'
import { once } from 'node:events'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { SignJWT, UnsecuredJWT } from 'jose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createApp } from '../src/app.js'
import { openUsers, type Users } from '../src/users.js'
import { verifyJwt } from '../src/verify-jwt.js'

const jwt = {
  secret: 'a secret of this test, of 32 bytes or more',
  issuer: 'https://api.koywe.com',
  audience: 'https://shop.example/koywe/auth',
}
const email = 'maria@example.com'

let users: Users
let server: Server
let url: string

beforeAll(async () => {
  users = await openUsers()
  users.add(email, true)
  users.add('not-yet@example.com', false)
  server = createApp(jwt, users, false).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo // a server that listens on a port has one
  url = `http://127.0.0.1:${port}/koywe/auth`
})
afterAll(async () => {
  server.close()
  users.close()
})

/** A valid token, except for the given changes. */
function makeToken(
  { issuer = jwt.issuer, audience = jwt.audience, ends = '5m', algorithm = 'HS256' } = {},
  secret = jwt.secret,
): Promise<string> {
  return new SignJWT()
    .setProtectedHeader({ alg: algorithm })
    .setIssuer(issuer)
    .setAudience(audience)
    .setExpirationTime(ends)
    .sign(new TextEncoder().encode(secret))
}

async function ask(body: unknown, token?: string): Promise<string> {
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      'Content-Type': 'application/json',
      ...(token !== undefined && { Authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify(body),
  })
  return `${response.status} ${await response.text()}`
}

const base64url = (value: object): string =>
  Buffer.from(JSON.stringify(value)).toString('base64url')

describe('a callback with a JWT and a database', { timeout: 30_000 }, () => {
  it('says yes for a user who is verified in the database', async () => {
    expect(await ask({ email }, await makeToken())).toBe('200 true')
  })

  it('accepts a token made without a library, as Koywe may make it', async () => {
    const ends = Math.floor(Date.now() / 1000) + 60
    const claims = { iss: jwt.issuer, aud: jwt.audience, exp: ends }
    const signed = `${base64url({ typ: 'JWT', alg: 'HS256' })}.${base64url(claims)}`
    const signature = createHmac('sha256', jwt.secret).update(signed).digest('base64url')
    expect(await ask({ email }, `${signed}.${signature}`)).toBe('200 true')
  })

  it.each([
    ['a stranger', 'stranger@example.com'],
    ['a user who is not verified', 'not-yet@example.com'],
    ['an e-mail that is SQL', `' OR '1'='1`],
  ])('says no for %s', async (_who, email) => {
    expect(await ask({ email }, await makeToken())).toBe('200 false')
  })

  it('says no to a question without a token', async () => {
    expect(await ask({ email })).toBe('401 false')
  })

  it.each<[string, () => string | Promise<string>]>([
    ['of another audience', () => makeToken({ audience: 'https://another.example' })],
    ['of another issuer', () => makeToken({ issuer: 'https://another.example' })],
    ['that is over', () => makeToken({ ends: '-1m' })],
    ['made with another secret', () => makeToken({}, 'another secret, of 32 bytes or more too')],
    ['made with another algorithm', () => makeToken({ algorithm: 'HS512' }, jwt.secret)],
    [
      'with the algorithm none',
      () =>
        new UnsecuredJWT()
          .setIssuer(jwt.issuer)
          .setAudience(jwt.audience)
          .setExpirationTime('5m')
          .encode(),
    ],
    [
      'without an end',
      () =>
        new SignJWT()
          .setProtectedHeader({ alg: 'HS256' })
          .setIssuer(jwt.issuer)
          .setAudience(jwt.audience)
          .sign(new TextEncoder().encode(jwt.secret)),
    ],
    [
      'whose claims were changed after signing',
      async () => {
        const [header, , signature] = (
          await makeToken({ audience: 'https://another.example' })
        ).split('.')
        const claims = { iss: jwt.issuer, aud: jwt.audience, exp: 4_000_000_000 }
        return `${header}.${base64url(claims)}.${signature}`
      },
    ],
    [
      'whose signature was changed',
      async () =>
        (await makeToken()).replace(
          /\.(.)([^.]*)$/,
          (_all, first, rest) => `.${first === 'A' ? 'B' : 'A'}${rest}`,
        ),
    ],
    ['that is none', () => 'superJWT'],
  ])('says no to a token %s', async (_which, token) => {
    expect(await ask({ email }, await token())).toBe('401 false')
  })

  it('does not start without a secret, an issuer and an audience', () => {
    for (const name of ['secret', 'issuer', 'audience']) {
      expect(() => verifyJwt({ ...jwt, [name]: ' ' })).toThrow(TypeError)
    }
  })
})
