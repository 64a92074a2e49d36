import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { launchBrowser, openPage } from './browser.js'
import { deliver, type Inspector, startInspector } from './inspector.js'

let browser: Browser
let inspector: Inspector
let page: Page

beforeAll(async () => {
  browser = await launchBrowser()
  inspector = await startInspector()
  ;({ page } = await openPage(browser, inspector.url))
  for (const name of ['payment_created', 'payment_received', 'fiat_sent']) {
    await deliver(inspector.origin, name)
  }
  await page.locator('[data-row]').nth(2).waitFor()
})
afterAll(async () => {
  await browser?.close()
  await inspector?.stop()
})

/** What has the focus: its name for a screen reader, or its text. */
const focused = () =>
  page.evaluate<string>(
    `(() => { const { ariaLabel, innerText, id, tagName } = document.activeElement; if (tagName === 'BODY') return ''; return ariaLabel || innerText?.replace(/\\s+/g, ' ').trim() || id })()`,
  )

/** Presses Tab until something with this name has the focus. */
async function tabTo(name: RegExp): Promise<void> {
  for (let presses = 0; presses < 40; presses++) {
    await page.keyboard.press('Tab')
    if (name.test(await focused())) return
  }
  throw new Error(`Tab does not lead to ${name}; the focus is on ${await focused()}`)
}

describe.sequential('the keyboard', () => {
  it('walks from the parts of the page over the filters into the list, which is one stop', async () => {
    await page.keyboard.press('Tab')
    expect(await focused()).toMatch(/^Deliveries/)
    await tabTo(/^Answer$/)
    await page.keyboard.press('Tab')
    expect(await focused()).toContain('fiat_sent')
    await page.keyboard.press('Tab')
    // It has left the list, and the page.
    expect(await focused()).not.toMatch(/payment_/)
  })

  it('walks the list with the arrows, and shows where it is', async () => {
    await page.locator('[data-row]').first().focus()
    const walk: string[] = []
    for (const key of ['ArrowDown', 'ArrowDown', 'ArrowDown', 'Home', 'End', 'ArrowUp']) {
      await page.keyboard.press(key)
      walk.push((await focused()).match(/\w+_\w+/)?.[0] ?? '')
    }
    const [first, second, third] = ['fiat_sent', 'payment_received', 'payment_created']
    expect(walk).toEqual([second, third, third, first, third, second])
    const outline = await page.evaluate('getComputedStyle(document.activeElement).outlineStyle')
    expect(outline).toBe('solid')
  })

  it('opens with Enter, closes with Escape, and is back on the row', async () => {
    await page.keyboard.press('Enter')
    await expect.poll(focused).toMatch(/^Delivery 2: payment_received/)
    await tabTo(/^Edit and sign again/)
    await page.keyboard.press('Enter')
    await expect.poll(() => page.evaluate('document.activeElement.tagName')).toBe('TEXTAREA')
    await page.keyboard.press('Tab')
    await expect.poll(focused).toBe('Sign and send')
    await page.keyboard.press('Escape')
    await expect.poll(focused).toContain('payment_received')
    expect(await page.locator('[data-details]').count()).toBe(0)
  })

  it('stays on its row while others arrive', async () => {
    await deliver(inspector.origin, 'crypto_delivered')
    await expect.poll(() => page.locator('[data-row]').count()).toBe(4)
    expect(await focused()).toContain('payment_received')
    expect(await page.locator('[data-row][tabindex="0"]').count()).toBe(1)
  })

  it('passes through every control and leaves the page: there is no trap', async () => {
    await page.keyboard.press('Enter')
    await expect.poll(focused).toMatch(/^Delivery 2/)
    const seen = new Set<string>()
    for (let presses = 0; presses < 60; presses++) {
      await page.keyboard.press('Tab')
      seen.add(await focused())
    }
    for (const name of [
      /^Deliveries/,
      /^Send$/,
      /^Order$/,
      /^Close$/,
      /^Same bytes$/,
      /^Copy as test$/,
      /^The body, indented$/,
    ]) {
      expect(
        [...seen].some((one) => name.test(one)),
        String(name),
      ).toBe(true)
    }
  })

  it('is told what arrives, once for many', async () => {
    const region = page.locator('#announcements')
    await expect.poll(() => region.textContent(), { timeout: 10_000 }).toMatch(/new request/)
    // What the tests above have delivered may still wait to be told.
    await page.waitForTimeout(5000)
    const before = await region.textContent()
    await Promise.all(['a', 'b', 'c'].map((name) => deliver(inspector.origin, `event_${name}`)))
    await expect.poll(() => page.locator('[data-row]').count()).toBe(7)
    expect(await region.textContent()).toBe(before)
    await expect.poll(() => region.textContent(), { timeout: 10_000 }).toBe('3 new requests')
  })
})
