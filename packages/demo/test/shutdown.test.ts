import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { sign } from '@x/koywe-testkit/sign'
import { expect, it } from 'vitest'
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
