import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { sign } from '@x/koywe-testkit/sign'
import { Pool } from 'undici'
import { describe, expect, it } from 'vitest'
import type { DeliveryEntry } from '../../src/inspect/entries.js'
import { afterwards, applicationOf, probe, secret, startInspecting } from './inspecting.js'

const headers = { 'content-type': 'application/json' }

describe('an application in a rush', () => {
  it('reports 5,000 requests, counts each of the others, and reports again once the rush is over', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'koywe-rush-'))
    afterwards(() => rm(folder, { recursive: true }))
    const file = join(folder, 'saved.ndjson')
    const inspecting = await startInspecting(['--save', file, '--', process.execPath, probe])
    const { states } = inspecting
    const origin = await applicationOf(inspecting)
    const pool = new Pool(origin, { connections: 20 })
    const counted = () => states.at(-1)?.counted ?? { requests: 0, refused: 0 }

    /** The status of every request that was reported. */
    async function reported(): Promise<readonly number[]> {
      const lines = (await readFile(file, 'utf8')).split('\n').slice(0, -1)
      const entries = lines.map((line): DeliveryEntry => JSON.parse(line))
      const byNumber = new Map(entries.map(({ number, status = 0 }) => [number, status]))
      return [...byNumber.values()]
    }

    async function post(path: string, text: string): Promise<void> {
      const { body } = await pool.request({ path, method: 'POST', headers, body: text })
      await body.dump()
    }

    /** One in ten is forged. Beside them go requests that are no receiver's. */
    async function rush(from: number, to: number): Promise<void> {
      let next = from
      const timeStamp = new Date().toISOString()
      const send = async (): Promise<void> => {
        while (next < to) {
          const index = next++
          const event = { eventName: 'payment_created', orderId: `order-${index}`, timeStamp }
          await post('/webhooks/koywe', sign(event, index % 10 === 0 ? 'another secret' : secret))
          if (index % 100 === 0) await post('/webhooks/behind-login', '{}')
        }
      }
      await Promise.all(Array.from({ length: 20 }, send))
    }

    await rush(0, 8000)
    const all = async () => (await reported()).length + counted().requests
    await expect.poll(all).toBe(8000)
    const statuses = await reported()
    expect(statuses.length).toBeGreaterThanOrEqual(5000)
    expect(counted().requests).toBeGreaterThan(1000)
    const refused = statuses.filter((status) => status === 401).length
    expect(refused + counted().refused).toBe(800)

    // Whoever sends one by hand after that sees it.
    await delay(1500)
    const before = counted()
    await rush(8000, 8001)
    await expect.poll(async () => (await reported()).length).toBe(statuses.length + 1)
    expect(counted()).toEqual(before)
    await pool.close()
  })
})
