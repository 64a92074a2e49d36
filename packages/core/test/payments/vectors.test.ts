import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { createKoywePayments, type Delivery } from '../../src/index.js'
import { signedRequest } from './deliveries.js'

// Made by openssl over bytes, not by our own signer: see vectors/make.sh.
const folder = join(import.meta.dirname, 'vectors')
const table = readFileSync(join(folder, 'vectors.tsv'), 'utf8')
const vectors = table
  .trimEnd()
  .split('\n')
  .map((line) => {
    const [secret = '', signature = '', base64 = '', name = ''] = line.split('\t')
    return { secret, signature, bytes: Buffer.from(base64, 'base64'), name }
  })
const secrets = [...new Set(vectors.map(({ secret }) => secret))]

/** The text without a byte order mark, as every decoder of UTF-8 gives it. */
const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes)

function createReceiver(secret: string | readonly string[]) {
  const heard: { readonly event: object; readonly delivery: Delivery }[] = []
  const payments = createKoywePayments(secret, { dedupe: false, logger: false })
  payments.onAny((event, delivery) => heard.push({ event, delivery }))
  return { payments, heard }
}

describe.each(vectors)('signed by openssl: $name ($secret)', ({ secret, signature, bytes }) => {
  it('is accepted as bytes, and the event is what they say', async () => {
    const { payments, heard } = createReceiver(['another one', secret])
    expect((await payments.handle(signedRequest(bytes, signature))).status).toBe(200)
    const [{ event, delivery } = expect.fail('not heard')] = heard
    expect(delivery.signedText).toBe(decode(bytes))
    expect(event).toStrictEqual(JSON.parse(delivery.signedText))
    const digest = createHash('sha256').update(bytes).digest('hex')
    expect(delivery.id).toBe('id' in event ? event.id : digest)
    expect(delivery.secretIndex).toBe(1)
    expect(delivery.occurredAt).toBeUndefined()
  })

  it('with any one byte changed it is refused', async () => {
    const { payments, heard } = createReceiver(secret)
    for (let at = 0; at < bytes.length; at++) {
      const changed = Buffer.from(bytes)
      changed.writeUInt8(changed.readUInt8(at) ^ 1, at)
      expect((await payments.handle(signedRequest(changed, signature))).status).toBe(401)
    }
    expect(heard).toEqual([])
  })

  it('is accepted as text where that is what came, and never made up again', async () => {
    const { payments } = createReceiver(secret)
    const statusOf = async (text: string) =>
      (await payments.handle(signedRequest(bytes, signature, { text }))).status
    // What parsers keep: the bytes as UTF-8, with the mark (a string of Node) or without (a decoder).
    for (const text of [bytes.toString(), decode(bytes)]) {
      expect(await statusOf(text)).toBe(Buffer.from(text).equals(bytes) ? 200 : 500)
    }
    const value: unknown = JSON.parse(decode(bytes))
    const parsed = await payments.handle(signedRequest(bytes, signature, { value }))
    expect(parsed).toMatchObject({ status: 500, body: '{"error":"body_consumed"}' })
  })

  it('is refused under every other secret', async () => {
    const { payments } = createReceiver(secrets.filter((other) => other !== secret))
    expect((await payments.handle(signedRequest(bytes, signature))).status).toBe(401)
  })
})

it('has the bodies that values cannot stand for, and three secrets', () => {
  expect(vectors.length).toBeGreaterThanOrEqual(48)
  expect(secrets).toHaveLength(3)
  const otherwise = vectors.filter(
    ({ bytes }) => !Buffer.from(JSON.stringify(JSON.parse(decode(bytes)))).equals(bytes),
  )
  expect(new Set(otherwise.map(({ name }) => name)).size).toBeGreaterThanOrEqual(10)
})

const hasOpenssl = spawnSync('openssl', ['version']).status === 0

it.skipIf(!hasOpenssl && !process.env.CI)(
  `is made again by openssl, to the byte${hasOpenssl ? '' : ' (openssl is not installed here)'}`,
  () => {
    const made = spawnSync('sh', [join(folder, 'make.sh')], { encoding: 'utf8' })
    expect(made.stderr).toBe('')
    expect(made.stdout).toBe(table)
  },
  60_000,
)
