import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createServer as createSecureServer } from 'node:https'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { jsonLines, koywe, koyweOnTerminal, program } from './koywe.js'
import { secret, startStrangeServer } from './servers.js'

const env = { KOYWE_WEBHOOK_SECRET: secret }
let server: Awaited<ReturnType<typeof startStrangeServer>>
let closedPort: number

beforeAll(async () => {
  server = await startStrangeServer()
  const unused = createServer().listen(0, '127.0.0.1')
  await once(unused, 'listening')
  const address = unused.address()
  closedPort = typeof address === 'object' && address ? address.port : 0
  unused.close()
})
afterAll(() => server.close())

const sendTo = (url: string, ...args: string[]) => [
  'send',
  'crypto_delivered',
  '--url',
  url,
  ...args,
]

describe('a mistake ends with 2 and one line', () => {
  it.each([
    ['an unknown command', ['sned'], "unknown command 'sned'\n  (Did you mean send?)"],
    [
      'an unknown option',
      ['send', 'x', '--pertty'],
      "unknown option '--pertty'\n  (Did you mean --pretty?)",
    ],
    ['a missing argument', ['send'], "missing required argument 'event'"],
    [
      'a missing option',
      ['auth', 'http://127.0.0.1'],
      "required option '--email <email>' not specified",
    ],
    ['no number', ['send', 'x', '--concurrent', 'many'], 'It must be a whole number, 1 or more.'],
    ['no time limit', ['send', 'x', '--timeout', '0'], 'It must be a number of seconds'],
    ['no time', ['send', 'x', '--at', 'noon'], '--at "noon" is not a time'],
    ['no URL', ['send', 'x', '--url', 'localhost'], '"localhost" is not a URL of http or https'],
    ['two ways to forge', ['send', 'x', '--tamper', '--unsigned'], 'cannot be used with option'],
    ['a field without a value', ['send', 'x', '--field', 'k'], '--field "k" has no value'],
    ['a field that is not JSON', ['send', 'x', '--field', 'k:=no'], 'is not JSON'],
    ['an unknown life', ['order', 'life'], 'Allowed choices are on-ramp, off-ramp'],
    [
      'an event of another life',
      ['order', 'on-ramp', '--skip', 'fiat_sent'],
      'does not happen in this life',
    ],
    ['another shell', ['complete', 'tcsh'], 'Allowed choices are bash, zsh, fish'],
    [
      'a secret that no receiver takes',
      ['verify', '--secret', 'undefined'],
      'A secret must be a string that is not blank',
    ],
    ['a file that is not there', ['sign', '/none.json'], '/none.json cannot be read (ENOENT)'],
  ])('%s', async (_name, args, message) => {
    const { code, stdout, stderr } = await koywe(args, { env })
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toContain(message)
    expect(stderr).toMatch(/^koywe: .+\n( {2}.+\n)?$/)
  })

  it('a credential that no header can carry, of which nothing is sent', async () => {
    const asking = ['auth', server.origin, '--email', 'a@b.co']
    for (const credential of [
      ['--bearer', 'token\nof two lines'],
      ['--api-key', 'no name:key'],
    ]) {
      const { code, stdout, stderr } = await koywe([...asking, ...credential])
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
      expect(stderr).toMatch(/^koywe: nothing was sent: .+\n {2}.+\n$/)
    }
  })

  it('with --json it is one object on stderr', async () => {
    const { code, stdout, stderr } = await koywe(['send', 'x', '--json', '--nothing'], { env })
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(jsonLines(stderr)).toEqual([
      { version: 1, error: { code: 'usage', message: "unknown option '--nothing'" } },
    ])
  })

  it('without a command it shows the help', async () => {
    const { code, stdout, stderr } = await koywe([])
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toMatch(/^Usage: koywe/)
    expect(stderr).not.toContain('outputHelp')
  })

  it.each(['send', 'order', 'auth'])('%s on a terminal asks for nothing and ends', async (name) => {
    const rest =
      name === 'auth' ? [server.origin, '--email', 'a@b.co'] : [name === 'send' ? 'x' : 'on-ramp']
    const { code, stdout } = await koyweOnTerminal([name, ...rest])
    expect(code).toBe(2)
    expect(stdout).toMatch(/there is no (webhook secret|credential)/)
  })
})

describe('a server that does not answer ends with 3 and says what is wrong', () => {
  it.each([
    [
      'nothing listens',
      () => `http://127.0.0.1:${closedPort}`,
      'refused',
      /nothing listens on 127.0.0.1:\d+\n {2}Is your server running/,
    ],
    ['an unknown host', () => 'http://nowhere.invalid', 'unknown_host', /nowhere\.invalid/],
    ['no TLS', () => `https://127.0.0.1:${server.port}`, 'tls', /does not speak TLS/],
    [
      'a server that hangs',
      () => `${server.origin}/hang`,
      'no_answer',
      /did not finish its answer in time/,
    ],
    [
      'a server that streams forever',
      () => `${server.origin}/stream`,
      'no_answer',
      /did not finish its answer in time/,
    ],
    ['a server that floods', () => `${server.origin}/flood`, 'no_answer', /longer than 1 MiB/],
    [
      'a connection that is cut',
      () => `${server.origin}/cut`,
      'reset',
      /closed the connection without an answer/,
    ],
  ])('%s', async (_name, url, kind, message) => {
    // Only what never answers has to wait for the time limit.
    const timeout = /in time/.test(message.source) ? '1' : '30'
    const args = sendTo(url(), '--timeout', timeout, '--i-own-this-server')
    const { code, stderr } = await koywe(args, { env })
    expect(code).toBe(3)
    expect(stderr).toMatch(message)
    expect(stderr).toMatch(/^koywe: .+\n( {2}.+\n)?$/)
    const json = await koywe([...args, '--json'], { env })
    expect({ code: json.code, stdout: json.stdout }).toEqual({ code: 3, stdout: '' })
    expect(jsonLines(json.stderr)).toMatchObject([{ version: 1, error: { code: kind } }])
  })

  it('auth without a URL asks where the examples listen', async () => {
    const asking = ['auth', '--email', 'a@b.co', '--bearer', 't', '--timeout', '2', '--json']
    const { stdout, stderr } = await koywe(asking)
    expect(stdout + stderr).toContain('127.0.0.1:3000') // a refused connection, or what listens there
  })

  it('auth and order say it too', async () => {
    const url = `http://127.0.0.1:${closedPort}`
    expect(await koywe(['auth', url, '--email', 'a@b.co', '--bearer', 't'])).toMatchObject({
      code: 3,
      stdout: '',
      stderr: expect.stringContaining('nothing listens'),
    })
    expect((await koywe(['order', 'expired', '--url', url], { env })).code).toBe(3)
  })
})

describe('a wrong answer ends with 1 and says what it means', () => {
  it.each([
    ['an answer that is not JSON', '/text', [], 'The answer is not JSON'],
    ['a redirect, which is not followed', '/moved', [], 'redirects to /webhooks/koywe'],
    ['a path that nothing answers', '/none', [], 'Nothing answers a POST to this path.'],
    [
      'a forgery that is accepted',
      '/everything',
      ['--tamper'],
      'accepted an event that Koywe did not sign',
    ],
    ['an event that is handled twice', '/everything', ['--twice'], 'may have handled it twice'],
  ])('%s', async (_name, path, args, message) => {
    const ended = await koywe(sendTo(`${server.origin}${path}`, ...args), { env })
    expect(ended).toMatchObject({ code: 1, stderr: '' })
    expect(ended.stdout).toContain(message)
  })

  it('a yes that rests on truthiness is a warning', async () => {
    const args = ['auth', `${server.origin}/no`, '--email', 'a@b.co', '--bearer', 't']
    const { code, stdout } = await koywe(args)
    expect(code).toBe(1)
    expect(stdout).toContain(
      '200 no\nKoywe would conclude: allowed\n  This yes rests on truthiness',
    )
  })

  it('the text of a server reaches the output without its control characters', async () => {
    const control = /(?!\n)\p{Cc}/u
    const { stdout } = await koywe(sendTo(`${server.origin}/text`), { env })
    expect(stdout).toContain('200 fine')
    expect(stdout).not.toMatch(control)
    const json = await koywe(sendTo(`${server.origin}/text`, '--json'), { env })
    expect(json.stdout).not.toMatch(control)
  })
})

it.each(['send', 'order'])('%s refuses a host that is not this computer', async (name) => {
  const what = name === 'send' ? 'crypto_delivered' : 'on-ramp'
  for (const host of [
    'example.com',
    '10.0.0.1',
    '0.0.0.0',
    'localhost.example.com',
    '[2001:db8::1]',
  ]) {
    const { code, stderr } = await koywe([name, what, '--url', `http://${host}/`], { env })
    expect({ host, code }).toEqual({ host, code: 2 })
    expect(stderr).toContain('--i-own-this-server')
  }
})

it('a certificate of nobody is a failure of TLS, in one line', async () => {
  const secure = createSecureServer({ key: await pem('key'), cert: await pem('certificate') })
  await once(secure.listen(0, '127.0.0.1'), 'listening')
  try {
    const address = secure.address()
    const port = typeof address === 'object' ? address?.port : undefined
    const { code, stderr } = await koywe(sendTo(`https://127.0.0.1:${port}`), { env })
    expect(code).toBe(3)
    expect(stderr).toMatch(
      /^koywe: no secure connection to 127\.0\.0\.1:\d+: self.signed.+\n {2}.+\n$/,
    )
  } finally {
    secure.close()
  }
})

/** A part of a certificate that nobody has signed but its own key. It is valid until 2126. */
function pem(part: 'key' | 'certificate'): Promise<string> {
  return readFile(join(import.meta.dirname, `self-signed/${part}.pem`), 'utf8')
}

it('Ctrl-C ends with 130', async () => {
  const command = [program, ...sendTo(`${server.origin}/hang`)]
  const child = spawn(process.execPath, command, { env: { ...process.env, ...env } })
  await once(child.stdout, 'data') // the title: now it waits for the answer
  await delay(100)
  child.kill('SIGINT')
  expect(await once(child, 'exit')).toEqual([130, null])
})
