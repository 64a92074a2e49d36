import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sign } from '@x/koywe-testkit/sign'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { jsonLines, koywe, koyweOnTerminal } from './koywe.js'

const secret = 'the secret of the test'
const env = { KOYWE_WEBHOOK_SECRET: secret }
const payload = {
  eventName: 'crypto_delivered',
  orderId: 'o-1',
  timeStamp: '2026-01-31T12:00:00.000Z',
}
const signed = sign(payload, secret)
let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'koywe-cli-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

describe('sign', () => {
  it('prints what Koywe would send, of stdin or of a file', async () => {
    const stdin = JSON.stringify(payload)
    expect(await koywe(['sign'], { env, stdin })).toEqual({
      code: 0,
      stderr: '',
      stdout: `${signed}\n`,
    })
    const file = join(folder, 'pretty.json')
    await writeFile(file, `${JSON.stringify(payload, null, 2)}\n`)
    expect((await koywe(['sign', file], { env })).stdout).toBe(`${signed}\n`)
    expect((await koyweOnTerminal(['sign', file], { env })).stdout.trim()).toBe(signed)
    const json = await koywe(['sign', file, '--json'], { env })
    expect(jsonLines(json.stdout)).toEqual([
      { version: 1, body: signed, signature: JSON.parse(signed).signature },
    ])
  })

  it.each(['[]', 'null', 'text', ''])('refuses %j, which is no JSON object', async (stdin) => {
    const { code, stdout, stderr } = await koywe(['sign'], { env, stdin })
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toContain('the body is not a JSON object')
  })

  it('asks for a body instead of waiting on a terminal', async () => {
    const { code, stdout } = await koyweOnTerminal(['sign'], { env })
    expect(code).toBe(2)
    expect(stdout).toContain('there is no body')
  })
})

describe('verify', () => {
  it('accepts what Koywe has signed', async () => {
    const stdout = 'valid: crypto_delivered of order o-1\n'
    expect(await koywe(['verify'], { env, stdin: signed })).toEqual({ code: 0, stderr: '', stdout })
    const withLineEnd = await koywe(['verify', '--json'], { env, stdin: `${signed}\n` })
    expect(jsonLines(withLineEnd.stdout)).toEqual([{ version: 1, valid: true, event: payload }])
    const file = join(folder, 'signed.json')
    await writeFile(file, signed)
    expect((await koyweOnTerminal(['verify', file], { env })).stdout).toContain('valid')
  })

  it.each([
    ['another secret', sign(payload, 'another'), 'invalid_signature', 'None of your secrets'],
    ['no signature', JSON.stringify(payload), 'missing_signature', 'The body has no `signature`'],
    [
      'quotes around the secret',
      sign(payload, `the secret of the test`),
      'invalid_signature',
      'quotes',
    ],
    ['no JSON', 'text', 'invalid_json', 'not JSON'],
    ['no event', sign({ eventName: 1 }, secret), 'invalid_payload', '`eventName`'],
  ])('says why a body is refused: %s', async (name, stdin, error, reason) => {
    const mine = name.startsWith('quotes') ? { KOYWE_WEBHOOK_SECRET: `"${secret}"` } : env
    const { code, stdout, stderr } = await koywe(['verify'], { env: mine, stdin })
    expect({ code, stderr }).toEqual({ code: 1, stderr: '' })
    expect(stdout.startsWith(`${error}\n  `)).toBe(true)
    expect(stdout).toContain(reason)
    const json = await koywe(['verify', '--json'], { env: mine, stdin })
    expect(jsonLines(json.stdout)).toMatchObject([{ version: 1, valid: false, code: error }])
  })
})

describe('the secret', () => {
  const stdin = JSON.stringify(payload)

  it('comes from the option, else from the environment, else from .env', async () => {
    // With a byte order mark, too, as some editors write it.
    for (const mark of ['', '\ufeff']) {
      await writeFile(
        join(folder, '.env'),
        `${mark}KOYWE_WEBHOOK_SECRET='of the file'\nNODE_OPTIONS=--nonsense\n`,
      )
      const ofFile = await koywe(['sign'], { folder, stdin })
      expect(ofFile.stdout).toBe(`${sign(payload, 'of the file')}\n`)
    }
    const ofEnvironment = await koywe(['sign'], { folder, stdin, env })
    expect(ofEnvironment.stdout).toBe(`${signed}\n`)
    const ofOption = await koywe(['sign', '--secret', '00123'], { folder, stdin, env })
    expect(ofOption.stdout).toBe(`${sign(payload, '00123')}\n`)
  })

  it('comes from stdin with -', async () => {
    const file = join(folder, 'body.json')
    await writeFile(file, stdin)
    const ended = await koywe(['sign', file, '--secret', '-'], { stdin: `${secret}\n` })
    expect(ended).toEqual({ code: 0, stderr: '', stdout: `${signed}\n` })
    const both = await koywe(['sign', '--secret', '-'], { stdin })
    expect(both.code).toBe(2)
    expect(both.stderr).toContain('stdin cannot hold both')
  })

  it('is never shown', async () => {
    for (const args of [
      ['send', 'x', '--url', 'http://127.0.0.1:1'],
      ['sign', '/none'],
      ['verify'],
    ]) {
      const { stdout, stderr } = await koywe([...args, '--secret', 'open sesame'], { stdin })
      expect(stdout + stderr).not.toContain('sesame')
    }
  })
})
