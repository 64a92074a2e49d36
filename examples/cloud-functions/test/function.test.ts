import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { createHmac, randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const folder = join(import.meta.dirname, '..')
const framework = join(folder, 'node_modules/@google-cloud/functions-framework/build/src/main.js')
const secret = 'only for this test'
const token = 'only-for-this-test'

let child: ChildProcess
let url: string

// Google's own framework, started as `npm start` does.
beforeAll(async () => {
  await promisify(execFile)('npm', ['run', 'build'], { cwd: folder })
  const port = await findFreePort()
  child = spawn(process.execPath, [framework, '--target=koywe'], {
    cwd: folder,
    env: {
      PATH: process.env.PATH,
      PORT: String(port),
      KOYWE_WEBHOOK_SECRET: secret,
      KOYWE_CALLBACK_TOKEN: token,
    },
  })
  url = `http://127.0.0.1:${port}`
  await untilItSays(child, 'URL:')
}, 120_000)

afterAll(async () => {
  const exited = once(child, 'exit')
  child.kill('SIGKILL')
  await exited
})

async function findFreePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo // a server that listens on a port has one
  server.close()
  await once(server, 'close')
  return port
}

function untilItSays({ stdout, stderr }: ChildProcess, words: string): Promise<void> {
  return new Promise((resolve, reject) => {
    let said = ''
    for (const stream of [stdout, stderr]) {
      stream?.on('data', (chunk) => {
        said += chunk
        if (said.includes(words)) resolve()
      })
    }
    child.once('exit', (code) => reject(new Error(`ended with ${code}:\n${said}`)))
  })
}

/** Signs by hand, as Koywe documents it: a signer that shares its code with the verifier would prove nothing. */
function signed(payload: object, key = secret): string {
  const signature = createHmac('sha256', key).update(JSON.stringify(payload)).digest('hex')
  return JSON.stringify({ ...payload, signature })
}

function makeEvent(eventName: string) {
  return { eventName, orderId: randomUUID(), timeStamp: '2022-10-26T22:36:41.658Z' }
}

async function post(path: string, body: string, headers = {}): Promise<string> {
  const response = await fetch(url + path, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...headers },
    body,
  })
  return `${response.status} ${await response.text()}`
}

describe('the function, on the functions framework', () => {
  it('receives a signed webhook, and recognises its duplicate', async () => {
    const event = makeEvent('crypto_delivered')
    expect(await post('/webhooks/koywe', signed(event))).toBe('200 {"received":true}')
    const copy = await post('/webhooks/koywe', signed(event))
    expect(copy).toBe('200 {"received":true,"duplicate":true}')
    const order = await fetch(`${url}/orders/${event.orderId}`)
    expect(await order.json()).toMatchObject([{ orderId: event.orderId, status: 'delivered' }])
  })

  it('refuses a webhook that is signed by someone else, or not at all', async () => {
    const event = makeEvent('crypto_delivered')
    const forged = signed(event, 'a guess')
    expect(await post('/webhooks/koywe', forged)).toBe('401 {"error":"invalid_signature"}')
    const bare = JSON.stringify(event)
    expect(await post('/webhooks/koywe', bare)).toBe('401 {"error":"missing_signature"}')
  })

  it.each([
    ['true for a user that it knows', 'maria@example.com', `Bearer ${token}`, '200 true'],
    ['false for a stranger', 'stranger@example.com', `Bearer ${token}`, '200 false'],
    ['401 to a caller without the token', 'maria@example.com', 'Bearer a guess', '401 false'],
  ])('answers %s', async (_answer, email, Authorization, answer) => {
    expect(await post('/koywe/auth', JSON.stringify({ email }), { Authorization })).toBe(answer)
  })

  it('leaves every other path to the application', async () => {
    expect(await post('/elsewhere', '{}')).toMatch(/^404 /)
  })
})
