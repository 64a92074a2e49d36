import { once } from 'node:events'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { type Connection, createConnection, type Framing } from '../src/connection.js'
import { deliveryOf } from '../src/deliveries.js'
import { hostileBodies } from '../src/hostile-bodies.js'
import { createServerByName, frameworks } from '../src/servers/create-server.js'
import { kinds } from '../src/servers/kinds.js'

let server: Server | undefined
let connection: Connection

async function open(name: string, framing?: Framing): Promise<void> {
  const opened = await createServerByName(name)
  server = opened
  opened.listen(0, '127.0.0.1')
  await once(opened, 'listening')
  connection = createConnection((opened.address() as AddressInfo).port, framing)
}

afterEach(() => {
  if (server === undefined) return
  connection.close()
  server.close()
  server = undefined
})

const names = frameworks.flatMap((framework) => kinds.map((kind) => `${framework} ${kind}`))

describe.each(names)('the server %s', (name) => {
  it('accepts signed deliveries over one connection, and refuses a forged one unless it is bare', async () => {
    await open(name)
    expect(await connection.post(deliveryOf(1))).toBe(200)
    expect(await connection.post(deliveryOf(2))).toBe(200)
    expect(await connection.post(deliveryOf(3, true))).toBe(name.endsWith('bare') ? 200 : 401)
    expect(await connection.post(deliveryOf(4))).toBe(200)
  })
})

describe.each(['open', 'parsed'])('the server %s', (name) => {
  it.each(['length', 'chunked'] as const)(
    'accepts a signed delivery and refuses every hostile body (%s)',
    async (framing) => {
      await open(name, framing)
      expect(await connection.post(deliveryOf(1))).toBe(200)
      for (const { bytes } of hostileBodies(4096)) {
        expect(await connection.post(bytes)).toBeGreaterThanOrEqual(400)
      }
    },
  )
})

it('the server payments refuses every hostile body that no header signs', async () => {
  await open('payments')
  for (const { bytes } of hostileBodies(4096)) expect(await connection.post(bytes)).toBe(401)
})

it('there is no server of any other name', async () => {
  await expect(createServerByName('express magic')).rejects.toThrow(TypeError)
})

it('hostile bodies fill the requested size, and are JSON', () => {
  for (const { name, bytes } of hostileBodies(64 * 1024)) {
    expect(bytes.length, name).toBeLessThanOrEqual(64 * 1024)
    expect(bytes.length, name).toBeGreaterThan(63 * 1024)
    expect(() => JSON.parse(bytes.toString()), name).not.toThrow()
  }
})
