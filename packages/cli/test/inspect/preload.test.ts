import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type Server } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { pathToFileURL } from 'node:url'
import { environment } from '@x/koywe-testkit/environment'
import { describe, expect, it } from 'vitest'
import { afterwards } from './inspecting.js'

const preload = join(import.meta.dirname, '../../dist/inspect/preload/preload.js')

/** Runs code after the preload to its end. The code handles deliveries, as many as it likes, with `deliver(index)`. */
async function run(code: string, env: NodeJS.ProcessEnv) {
  const setUp = `
    import { createServer } from 'node:http'
    import { hasSubscribers } from 'node:diagnostics_channel'
    import { once } from 'node:events'
    import { createKoyweWebhooks } from '@x/koywe-core'
    import { signEvent } from '@x/koywe-core/testing'
    const webhooks = createKoyweWebhooks('secret', { logger: false })
    webhooks.onAny(() => {})
    const server = createServer()
    const listen = async () => { server.listen(0, '127.0.0.1'); await once(server, 'listening') }
    const deliver = (index, note = '') => {
      const fields = { eventName: 'ping', orderId: String(index), timeStamp: '2026-01-01T00:00:00Z', note }
      const body = async () => ({ text: signEvent(fields, 'secret') })
      return webhooks.handle({ method: 'POST', url: '/', headers: {}, rawHeaders: [], body })
    }
    const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms))
    const isSubscribed = () => hasSubscribers('tracing:koywe:delivery:start')
  `
  const args = [
    `--import=${pathToFileURL(preload).href}`,
    '--input-type=module',
    '-e',
    setUp + code,
  ]
  const child = spawn(process.execPath, args, {
    cwd: import.meta.dirname,
    env: { ...environment(), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const [stdout, stderr] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close'),
  ])
  return { code: child.exitCode, stdout, stderr }
}

/** An inspector that keeps what it is sent, or that reads nothing. */
async function sink(reads = true) {
  let received = ''
  const server: Server = createServer((socket) => {
    socket.on('error', () => {})
    if (reads) {
      socket.setEncoding('utf8').on('data', (piece) => {
        received += piece
      })
    } else socket.pause()
    afterwards(() => socket.destroy())
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  afterwards(() => server.close())
  const address = server.address()
  const port = typeof address === 'object' && address ? address.port : 0
  return { address: `http://127.0.0.1:${port}/token`, received: () => received }
}

const report = 'console.log(isSubscribed()); await listen(); await deliver(1); server.close()'

describe.concurrent('the preload', () => {
  it('does nothing without its variable', async () => {
    expect(await run(report, {})).toEqual({ code: 0, stdout: 'false\n', stderr: '' })
  })

  it('reports, and keeps no process alive', async () => {
    const { address, received } = await sink()
    expect(await run(report, { KOYWE_INSPECT: address })).toEqual({
      ...{ code: 0, stdout: 'true\n', stderr: '' },
    })
    expect(received()).toMatch(/^GET \/token HTTP\/1\.1\r\n.*\r\nUpgrade: koywe-inspect\r\n/s)
    expect(received()).toContain('"type":"listening"')
    expect(received()).toContain('"status":200')
  })

  it('opens no connection where there is nothing to report', async () => {
    const { address, received } = await sink()
    expect((await run('await pause(200)', { KOYWE_INSPECT: address })).code).toBe(0)
    expect(received()).toBe('')
  })

  it('refuses production and other hosts, in one line', async () => {
    const { address, received } = await sink()
    const code = `${report}; await pause(200); console.log(isSubscribed())`
    const production = await run(code, { KOYWE_INSPECT: address, NODE_ENV: 'production' })
    expect(production).toMatchObject({ code: 0, stdout: 'true\nfalse\n' })
    expect(production.stderr).toMatch(/^koywe inspect: NODE_ENV is production[^\n]*\n$/)
    expect(received()).toBe('')
    for (const elsewhere of [
      'http://example.com:1/t',
      'http://localhost:1/t',
      'http://127.0.0.1.evil.com:1/t',
      'https://127.0.0.1:1/t',
      'nonsense',
    ]) {
      const { code: exit, stderr } = await run(code, { KOYWE_INSPECT: elsewhere })
      expect(exit).toBe(0)
      expect(stderr).toMatch(
        /^koywe inspect: KOYWE_INSPECT is not an address of this computer[^\n]*\n$/,
      )
    }
  })

  it('is over, without a word, once there is no inspector', async () => {
    const code =
      'await deliver(1); await pause(300); console.log(isSubscribed(), (await deliver(2)).status)'
    const gone = await run(code, { KOYWE_INSPECT: 'http://127.0.0.1:9/t' })
    expect(gone).toEqual({ code: 0, stdout: 'false 200\n', stderr: '' })
  })

  it('reports every request whose answers it could not count, as those of serverless adapters', async () => {
    const { address, received } = await sink()
    const code = `
      for (let index = 0; index < 6000; index++) {
        await deliver(index)
        if (index % 500 === 0) await pause(30)
      }`
    expect(await run(code, { KOYWE_INSPECT: address })).toMatchObject({ code: 0, stderr: '' })
    expect(received().match(/"status":200/g)?.length).toBe(6000)
    expect(received()).not.toContain('"counted"')
  })

  it('gives up on an inspector that reads nothing, with little memory, and lets the process end', async () => {
    const { address } = await sink(false)
    const code = `
      let wrong = 0
      const note = 'x'.repeat(50_000)
      for (let index = 0; index < 1000; index++) {
        if ((await deliver(index, note)).status !== 200) wrong++
        if (index % 20 === 0) await pause(5)
      }
      globalThis.gc()
      const { external, arrayBuffers, heapUsed } = process.memoryUsage()
      console.log(wrong, external + heapUsed < 100 * 2 ** 20)`
    const { stdout, stderr } = await run(code, {
      KOYWE_INSPECT: address,
      NODE_OPTIONS: '--expose-gc',
    })
    expect({ stdout, stderr }).toEqual({ stdout: '0 true\n', stderr: '' })
  })
})
