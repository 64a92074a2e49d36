import { execFile } from 'node:child_process'
import { createHmac, randomUUID } from 'node:crypto'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { beforeAll, describe, expect, it, vi } from 'vitest'
import { eventV1, eventV2, type Post } from './events.js'

/** The parts of a function's response that the tests check. */
interface Response {
  readonly statusCode: number
  readonly body: string
}

const folder = join(import.meta.dirname, '..')
const secret = 'only for this test'
const token = 'only-for-this-test'

let handler: (event: object, context: object) => Promise<Response>

// The file that gets deployed.
beforeAll(async () => {
  vi.spyOn(console, 'log').mockImplementation(() => {})
  vi.spyOn(console, 'warn').mockImplementation(() => {})
  await promisify(execFile)('npm', ['run', 'build'], { cwd: folder })
  Object.assign(process.env, {
    KOYWE_WEBHOOK_SECRET: secret,
    KOYWE_CALLBACK_TOKEN: token,
    USERS_FILE: join(folder, 'users.json'),
  })
  handler = createRequire(import.meta.url)('../dist/index.cjs').handler
}, 60_000)

/** Signs by hand, as Koywe documents it: a signer that shares its code with the verifier would prove nothing. */
function signed(payload: object, key = secret): string {
  const signature = createHmac('sha256', key).update(JSON.stringify(payload)).digest('hex')
  return JSON.stringify({ ...payload, signature })
}

function makeEvent(eventName: string) {
  return { eventName, orderId: randomUUID(), timeStamp: '2022-10-26T22:36:41.658Z' }
}

describe.each([
  ['API Gateway v1', eventV1],
  ['API Gateway v2', eventV2],
])('the function, with events of %s', (_name, toEvent: (post: Post) => object) => {
  async function post(path: string, body: string, headers = {}): Promise<string> {
    const context = { awsRequestId: randomUUID(), functionName: 'koywe' }
    const response = await handler(toEvent({ path, body, headers }), context)
    return `${response.statusCode} ${response.body}`
  }

  it('receives a signed webhook, and recognises its duplicate', async () => {
    const body = signed(makeEvent('crypto_delivered'))
    expect(await post('/webhooks/koywe', body)).toBe('200 {"received":true}')
    expect(await post('/webhooks/koywe', body)).toBe('200 {"received":true,"duplicate":true}')
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
