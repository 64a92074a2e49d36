import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { request } from 'node:http'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { sign } from '@x/koywe-testkit/sign'
import { expect, it, vi } from 'vitest'
import { startServer } from '../src/server.js'
import { eventIn } from '../src/server-log.js'
import { createServerSettings, environmentOf } from '../src/server-settings.js'

const listener = '.onAny((event) => console.log('
/** The same listener, half a second later. */
const slow =
  '.onAny(async (event) => console.log(await new Promise((resolve) => setTimeout(resolve, 500, "late")), '

/** Starts an example with a listener that takes its time. */
async function startSlowly(name: string) {
  const folder = join(import.meta.dirname, '../../../examples', name, 'src')
  const code = await readFile(join(folder, 'server.ts'), 'utf8')
  expect(code).toContain(listener)
  // Beside the original, so that its packages are found.
  const temporary = await mkdtemp(join(folder, 'slow-'))
  await writeFile(join(temporary, 'server.ts'), code.replace(listener, slow))
  const settings = createServerSettings(tmpdir())
  const server = await startServer({
    command: ['node', '--import', 'tsx', join(temporary, 'server.ts')],
    folder: join(folder, '..'),
    env: { ...process.env, PORT: '0', HOST: '127.0.0.1', ...environmentOf(settings) },
  })
  const body = sign(
    { eventName: 'fiat_sent', orderId: 'order-1', timeStamp: '2026-01-01T00:00:00Z' },
    settings.secret,
  )
  const url = `${server.url}/webhooks/koywe`
  const headers = { 'Content-Type': 'application/json' }
  return {
    /** Over a connection that stays open, which `deliver` does not offer. */
    send: () => fetch(url, { method: 'POST', headers, body }),
    sendAndHangUp(afterMs: number) {
      const sending = request(url, {
        method: 'POST',
        headers,
      })
      sending.on('error', () => {}).end(body)
      return delay(afterMs).then(() => sending.destroy())
    },
    async stop() {
      const stopped = await server.stop()
      await rm(temporary, { recursive: true })
      return { stopped, events: server.lines.flatMap((line) => eventIn(line) ?? []) }
    },
  }
}

/** Starts an example as it is. */
async function startExample(name: string, env: NodeJS.ProcessEnv = {}) {
  const settings = environmentOf(createServerSettings(tmpdir()))
  const jwt = { KOYWE_JWT_SECRET: 's', KOYWE_JWT_ISSUER: 'i', KOYWE_JWT_AUDIENCE: 'a' }
  return startServer({
    command: ['node', '--import', 'tsx', 'src/server.ts'],
    folder: join(import.meta.dirname, '../../../examples', name),
    env: { ...process.env, PORT: '0', HOST: '127.0.0.1', ...settings, ...jwt, ...env },
  })
}

const handled = { stopped: true, events: ['fiat_sent of order order-1…'] }

it.each(['express', 'koa', 'fastify'])(
  'on SIGTERM the %s example answers what it has begun, and ends',
  async (name) => {
    const { send, stop } = await startSlowly(name)
    const answer = send()
    await delay(200)
    const stopped = stop()
    expect(await answer).toMatchObject({ status: 200 })
    expect(await stopped).toEqual(handled)
  },
)

it.each(['express', 'koa', 'fastify'])(
  'on SIGTERM the %s example waits for a listener whose sender has hung up, and ends',
  async (name) => {
    const { sendAndHangUp, stop } = await startSlowly(name)
    await sendAndHangUp(200)
    expect(await stop()).toEqual(handled)
  },
)

it.concurrent.each(['express', 'koa', 'fastify', 'lambda', 'auth-jwt'])(
  'on SIGTERM the %s example ends although a connection sends nothing',
  { timeout: 60_000 },
  async (name) => {
    const server = await startExample(name)
    const silent = connect(Number(new URL(server.url).port), '127.0.0.1').on('error', () => {})
    await once(silent, 'connect')
    await delay(200)
    expect(await server.stop(12_000)).toBe(true)
    expect(silent.destroy().bytesRead).toBe(0)
  },
)

/** Sends the process SIGTERM as soon as it says that it listens, and says so when it ends by itself. */
const signalled = `data:text/javascript,${encodeURIComponent(`
  const log = console.log
  console.log = (line) => {
    log(line)
    if (line.startsWith('listening')) process.kill(process.pid, 'SIGTERM')
  }
  process.on('exit', (code) => log('ended with ' + code))`)}`

it.concurrent.each(['express', 'koa', 'fastify', 'lambda', 'auth-jwt'])(
  'the %s example stops gracefully from the moment it says that it listens',
  { timeout: 60_000 },
  async (name) => {
    const server = await startExample(name, { NODE_OPTIONS: `--import=${signalled}` })
    await vi.waitUntil(() => server.lines.includes('ended with 0'), 10_000)
    await server.stop()
  },
)
