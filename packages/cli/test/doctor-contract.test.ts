import { koyweWebhooks } from '@x/koywe-express'
import { listen } from '@x/koywe-testkit/listen'
import express, { type RequestHandler } from 'express'
import { expect, it } from 'vitest'
import { koywe, onTerminal, secret } from './run-doctor.js'

async function asked(handler: RequestHandler, path = '', run = koywe) {
  const server = await listen(express().use(handler))
  try {
    return await run(['doctor', `http://127.0.0.1:${server.port}${path}`])
  } finally {
    await server.close()
  }
}

it('prints what passed in short and ends with 0, without colours in a pipe', async () => {
  const { code, stdout, stderr } = await asked(koyweWebhooks(secret, { logger: false }))
  expect(stdout).toContain('✔ a signed delivery is accepted: 200 {"received":true}\n')
  expect(stdout).toMatch(/\n\d+ passed, 0 warned, 0 failed\n$/)
  expect(stdout).not.toContain('\x1b')
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
})

it('colours its marks on a terminal', async () => {
  const receiver = koyweWebhooks(secret, { logger: false })
  const { code, stdout } = await asked(receiver, '', onTerminal)
  expect(stdout).toContain('\x1b[32m✔\x1b[39m a signed delivery is accepted')
  expect(code).toBe(0)
})

it('prints each cause with one cure and ends with 1', async () => {
  const { code, stdout } = await asked((_request, response) => {
    response.json({ ok: true })
  })
  expect(stdout).toContain('✖ no signature: 200 {"ok":true} (accepts_forgeries)\n')
  expect(stdout.match(/Verify the signature/g)).toHaveLength(1)
  expect(code).toBe(1)
})

it('names the URL at which a receiver answers, when the path is wrong', async () => {
  const { stdout } = await asked(koyweWebhooks(secret, { logger: false }), '/webhook')
  expect(stdout).toMatch(
    /A receiver answers at http:\/\/127\.0\.0\.1:\d+\/webhooks\/koywe: use that URL/,
  )
})

it("prints a server's text without its control characters, on one line", async () => {
  const { stdout } = await asked((_request, response) => {
    response.status(400).send('\x1b[2J\x1b[31mgone\x1b[0m\n\x00\x08\x7fred')
  })
  expect(stdout).not.toMatch(/(?!\n)\p{Cc}/u)
  expect(stdout).toContain('400 gone red')
})

it('never prints the secret', async () => {
  const { stdout, stderr } = await asked((_request, response) => {
    response.json({ ok: true })
  })
  expect(stdout + stderr).not.toContain(secret)
})

it('refuses a host that is not this computer with 2', async () => {
  const { code, stderr } = await koywe(['doctor', 'https://shop.example/webhooks/koywe'])
  expect(stderr).toContain('--i-own-this-server')
  expect(code).toBe(2)
})

it('ends with 2 when there is no secret, an option that does not exist, or a wrong URL', async () => {
  const none = await koywe(['doctor', 'http://127.0.0.1:1'], { KOYWE_WEBHOOK_SECRET: '' })
  expect(none.stderr).toContain('KOYWE_WEBHOOK_SECRET')
  const codes = [
    none.code,
    (await koywe(['doctor', '--nothing'])).code,
    (await koywe(['doctor', 'x'])).code,
  ]
  expect(codes).toEqual([2, 2, 2])
})

it('ends with 3 and one line when there is no connection, or no TLS', async () => {
  const nothing = await koywe(['doctor', 'http://127.0.0.1:1'])
  expect(nothing.stderr).toMatch(/^koywe: nothing listens on 127\.0\.0\.1:1\n {2}[^\n]+\n$/)
  const server = await listen(express())
  const plain = await koywe(['doctor', `https://127.0.0.1:${server.port}`])
  await server.close()
  expect(plain.stderr).toMatch(/^koywe: no secure connection [^\n]+\n {2}[^\n]+\n$/)
  expect([nothing.code, plain.code]).toEqual([3, 3])
})
