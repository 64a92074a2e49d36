import { bearer, koyweAuthCallback, koyweWebhooks } from '@x/koywe-express'
import { listen } from '@x/koywe-testkit/listen'
import express, { type RequestHandler } from 'express'
import { describe, expect, it } from 'vitest'
import { type Examination, examine, koywe, secret } from './run-doctor.js'

const token = 'the-token-of-Koywe'

interface BrokenCallback {
  readonly name: string
  readonly cause: string
  readonly status: 'warn' | 'fail'
  readonly cure: RegExp
  readonly handler: RequestHandler
}

/** Refuses whoever is not Koywe, as most callbacks do. */
const guarded =
  (answer: RequestHandler): RequestHandler =>
  (request, response, next) => {
    if (request.headers.authorization !== `Bearer ${token}`) response.status(401).json(false)
    else answer(request, response, next)
  }

const accident = { cause: 'yes_by_accident', status: 'fail', cure: /truthy body/ } as const

const callbacks: readonly BrokenCallback[] = [
  {
    ...accident,
    name: 'an object says no',
    handler: guarded((_request, response) => response.json({ allowed: false })),
  },
  {
    ...accident,
    name: 'a text says no',
    handler: guarded((_request, response) => response.send('no')),
  },
  {
    ...accident,
    name: 'false is in quotes',
    handler: guarded((_request, response) => response.json('false')),
  },
  {
    ...accident,
    name: 'a stranger is led to a login page',
    handler: (request, response) => {
      if (request.query.login !== undefined) response.send('<html>Log in</html>')
      else response.redirect('/koywe/auth?login')
    },
  },
  {
    ...accident,
    name: 'an error is told with a 200',
    handler: (_request, response) => response.json({ error: 'unauthorized' }),
  },
  {
    name: 'everybody may operate',
    cause: 'allows_anyone',
    status: 'fail',
    cure: /credential/,
    handler: (_request, response) => response.json(true),
  },
  {
    name: 'nothing is answered',
    cause: 'hang',
    status: 'fail',
    cure: /never answered/,
    handler: () => {},
  },
  {
    name: 'a stranger is led to the login page of another host',
    cause: 'redirect',
    status: 'fail',
    cure: /never redirect/,
    handler: (_request, response) => response.redirect('https://login.example/'),
  },
  {
    name: 'a redirect leads to a page that never comes',
    cause: 'hang',
    status: 'fail',
    cure: /never answered/,
    handler: (request, response) => {
      if (request.query.login === undefined) response.redirect('/koywe/auth?login')
    },
  },
  {
    name: 'a question with a token ends the connection',
    cause: 'closed',
    status: 'fail',
    cure: /without an answer/,
    handler: (request, response) => {
      if (request.headers.authorization === undefined) response.status(401).json(false)
      else request.socket.destroy()
    },
  },
  {
    name: 'the callback is elsewhere',
    cause: 'wrong_path',
    status: 'fail',
    cure: /callback/,
    handler: (_request, _response, next) => next(),
  },
  {
    name: 'the server fails',
    cause: 'error_page',
    status: 'fail',
    cure: /error page/,
    handler: () => {
      throw new Error('the database is away')
    },
  },
  {
    name: 'the token is another one',
    cause: 'wrong_credential',
    status: 'warn',
    cure: /KOYWE_CALLBACK_TOKEN/,
    handler: koyweAuthCallback({
      auth: bearer('another-token'),
      isAllowed: () => true,
      logger: false,
    }),
  },
]

async function examined(
  handler: RequestHandler,
  settings: NodeJS.ProcessEnv,
): Promise<Examination> {
  const app = express()
    .set('env', 'test') // without the error in the log
    .use(koyweWebhooks(secret, { logger: false }))
    .all('/koywe/auth', handler)
  const server = await listen(app)
  try {
    const origin = `http://127.0.0.1:${server.port}`
    return await examine(['--timeout', '2', origin, '--auth-url', origin], settings)
  } finally {
    await server.close()
  }
}

describe.each(callbacks)('koywe doctor, when $name', ({ cause, status, cure, handler }) => {
  it(`names ${cause} and its cure`, async () => {
    const found = await examined(handler, { KOYWE_CALLBACK_TOKEN: token })
    const wrong = found.checks.filter((check) => check.status !== 'pass')
    expect(wrong[0]).toMatchObject({ status, cause, cure: expect.stringMatching(cure) })
    expect(new Set(wrong.map((check) => check.cause))).toEqual(new Set([cause]))
    expect(found.code).toBe(status === 'fail' ? 1 : 0)
  })
})

it('warns that a callback is examined in part, when it does not know the token', async () => {
  const handler = koyweAuthCallback({ auth: bearer(token), isAllowed: () => true, logger: false })
  const found = await examined(handler, {})
  expect(found.checks.at(-1)).toMatchObject({ status: 'warn', cause: 'not_played' })
  expect(found).toMatchObject({ code: 0, ok: true })
})

it('finds that a callback allows a user who does not exist', async () => {
  const handler = koyweAuthCallback({ auth: bearer(token), isAllowed: () => true, logger: false })
  const found = await examined(handler, { KOYWE_CALLBACK_TOKEN: token })
  expect(found.causes).toEqual(['allows_anyone'])
})

it('ends with 2 when no header can carry the token, since nothing was asked', async () => {
  const app = express().use(koyweWebhooks(secret, { logger: false }))
  app.use(koyweAuthCallback({ auth: bearer(token), isAllowed: () => true, logger: false }))
  const server = await listen(app)
  const origin = `http://127.0.0.1:${server.port}`
  const args = ['doctor', origin, '--auth-url', origin, '--bearer', 'of two\nlines']
  const { code, stdout, stderr } = await koywe(args)
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
  expect(stderr).toContain('nothing was sent')
  await server.close()
})
