import { sign } from '@x/koywe-testkit/sign'
import type { Browser } from 'playwright-core'
import { Pool } from 'undici'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { launchBrowser, openPage } from './browser.js'
import { deliver, type Inspector, secret, startInspector } from './inspector.js'

const deliveries = 5000
/** The last ones come once the keys are pressed. */
const lastOnes = 500
let browser: Browser
let inspector: Inspector

beforeAll(async () => {
  browser = await launchBrowser()
})
afterAll(() => browser?.close())
beforeEach(async () => {
  inspector = await startInspector()
})
afterEach(() => inspector?.stop())

/** Delivers events of different orders as fast as the application takes them. */
async function burst(isTyped: Promise<void>): Promise<void> {
  const pool = new Pool(inspector.origin, { connections: 20 })
  const headers = { 'content-type': 'application/json' }
  const timeStamp = new Date().toISOString()
  let next = 1 // one more is delivered at the end
  const send = async (): Promise<void> => {
    while (next < deliveries) {
      if (next > deliveries - lastOnes) await isTyped
      const fields = { eventName: 'payment_created', orderId: `order-${next++}`, timeStamp }
      const request = {
        path: '/webhooks/koywe',
        method: 'POST',
        headers,
        body: sign(fields, secret),
      }
      const { body } = await pool.request({ ...request, method: 'POST' })
      await body.dump()
    }
  }
  await Promise.all(Array.from({ length: 20 }, send))
  await pool.close()
}

describe('a page that 5,000 deliveries come in on', () => {
  it.each(['deliveries', 'orders'])(
    'keeps answering the keyboard in the view of %s',
    async (view) => {
      const { page, complaints } = await openPage(browser, `${inspector.url}&view=${view}`)
      await page.locator('[data-application=up]').waitFor()
      const session = await page.context().newCDPSession(page)
      await session.send('Performance.enable', { timeDomain: 'threadTicks' })
      const busySeconds = async () => {
        const { metrics } = await session.send('Performance.getMetrics')
        return metrics.find(({ name }) => name === 'TaskDuration')?.value ?? Number.NaN
      }
      const busyBefore = await busySeconds()
      await page.evaluate(
        'window.longest = 0; new PerformanceObserver((list) => { for (const { duration } of list.getEntries()) longest = Math.max(longest, duration) }).observe({ type: "longtask" })',
      )

      let typedAll = () => {}
      const isTyped = new Promise<void>((resolve) => {
        typedAll = resolve
      })
      const coming = burst(isTyped)
      await page.locator('[data-row]').first().waitFor()
      // Each key is handled, and its effect is on the screen, before the next one is pressed.
      const typed = 'payment_'
      const filter = page.getByLabel('Text, anywhere')
      for (let length = 1; length <= typed.length; length++) {
        await filter.press(typed.charAt(length - 1))
        await expect.poll(() => filter.inputValue()).toBe(typed.slice(0, length))
      }
      typedAll()
      await coming
      await deliver(inspector.origin, 'the_last_one')
      await filter.fill('the_last_one')
      await expect.poll(() => page.locator('.count').textContent()).toMatch(/^\s*1 of 500/)
      // Each of them was shown: the last one has their number, and none was only counted.
      await page.locator(`[data-row="${deliveries}"]`).waitFor()
      expect(await page.locator('[data-counted]').count()).toBe(0)
      await page.getByRole('button', { name: 'clear' }).click()
      await page.locator('[data-row]').nth(50).waitFor()
      expect(await page.getByRole('navigation').textContent()).toContain('500')

      const [busy, longest] = [(await busySeconds()) - busyBefore, await page.evaluate('longest')]
      console.log(`${view}: longest task ${longest} ms, ${busy.toFixed(2)} s of work in all`)
      // Of the processor's own time, so that a busy machine changes little: 2 ms a delivery would be a stall.
      expect(busy).toBeLessThan(deliveries / 500)
      expect(complaints).toEqual([])
      await page.close()
    },
    240_000,
  )
})
