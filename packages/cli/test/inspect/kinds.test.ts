import { once } from 'node:events'
import { connect } from 'node:http2'
import { request } from 'node:https'
import { join } from 'node:path'
import { sign } from '@x/koywe-testkit/sign'
import { describe, expect, it } from 'vitest'
import { secret, startInspecting } from './inspecting.js'

const app = join(import.meta.dirname, 'apps/kinds.mjs')
const path = '/webhooks/koywe'

/** Posts to a port, and resolves to the status. */
type Post = (port: number, body: string) => Promise<number | undefined>

const posts: Readonly<Record<string, Post>> = {
  async https(port, body) {
    const sent = request({
      host: '127.0.0.1',
      port,
      path,
      method: 'POST',
      rejectUnauthorized: false,
    })
    sent.end(body)
    const [response] = await once(sent, 'response')
    response.resume()
    return response.statusCode
  },
  async http2(port, body) {
    const session = connect(`https://127.0.0.1:${port}`, { rejectUnauthorized: false })
    const stream = session.request({ ':method': 'POST', ':path': path })
    stream.end(body)
    const [headers] = await once(stream.resume(), 'response')
    await once(stream, 'close')
    session.close()
    return headers[':status']
  },
  cluster: postPlain,
  thread: postPlain,
}

async function postPlain(port: number, body: string): Promise<number> {
  return (await fetch(`http://127.0.0.1:${port}${path}`, { method: 'POST', body })).status
}

function event(orderId: string): string {
  const timeStamp = '2026-01-31T12:00:00.000Z'
  return String(sign({ eventName: 'payment_created', orderId, timeStamp }, secret))
}

describe.concurrent('an application that serves', () => {
  it.each(Object.keys(posts))('by %s is inspected, and gets its deliveries again', async (kind) => {
    const { stdout, until, delivery, act, states } = await startInspecting([
      '--',
      process.execPath,
      app,
      kind,
    ])
    const port = Number(await until('a port', () => /at 127\.0\.0\.1:(\d+)/.exec(stdout())?.[1]))
    // Before anything has come in, too.
    const { origin = '' } = await until('an origin', () =>
      states.findLast(({ state }) => state === 'up'),
    )
    expect(origin).toBe(`${kind.startsWith('http') ? 'https' : 'http'}://127.0.0.1:${port}`)
    for (let number = 1; number <= 4; number++) {
      expect(await posts[kind]?.(port, event(`o-${number}`))).toBe(200)
      expect(await delivery(number)).toMatchObject({
        ...{ orderId: `o-${number}`, status: 200, verified: true, origin: 'received' },
      })
    }
    expect(await act({ action: 'replay', number: 1, as: 'new' })).toEqual({ numbers: [5] })
    expect(await delivery(5)).toMatchObject({ replayOf: 1, status: 200, duplicate: false })
  })
})
