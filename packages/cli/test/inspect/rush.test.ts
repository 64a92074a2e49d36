import { setTimeout as delay } from 'node:timers/promises'
import { sign } from '@x/koywe-testkit/sign'
import { Pool } from 'undici'
import { describe, expect, it } from 'vitest'
import { applicationOf, probe, secret, startInspecting } from './inspecting.js'

const headers = { 'content-type': 'application/json' }

describe('an application in a rush', () => {
  it('reports 5,000 requests, counts each of the others, and reports again once the rush is over', async () => {
    const inspecting = await startInspecting(['--', process.execPath, probe])
    const { entries, states, until } = inspecting
    const origin = await applicationOf(inspecting)
    const pool = new Pool(origin, { connections: 20 })
    const counted = () => states.at(-1)?.counted ?? { requests: 0, refused: 0 }

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
    await until('every request', () => entries.size + counted().requests === 8000)
    const refused = () => [...entries.values()].filter(({ status }) => status === 401).length
    expect(entries.size).toBeGreaterThanOrEqual(5000)
    expect(counted().requests).toBeGreaterThan(1000)
    await until('every answer', () =>
      [...entries.values()].every(({ status }) => status !== undefined),
    )
    expect(refused() + counted().refused).toBe(800)

    // Whoever sends one by hand after that sees it.
    await delay(1500)
    const before = entries.size
    await rush(8000, 8001)
    await until('the next one', () => entries.size === before + 1)
    await pool.close()
  })
})
