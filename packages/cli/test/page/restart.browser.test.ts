import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { launchBrowser, openPage } from './browser.js'
import { application, deliver, startInspector } from './inspector.js'

let browser: Browser
beforeAll(async () => {
  browser = await launchBrowser()
})
afterAll(() => browser?.close())

describe('the page', () => {
  it('survives a restart of the application under node --watch', async () => {
    const inspector = await startInspector({ watch: true })
    try {
      const { page } = await openPage(browser, inspector.url)
      await page.locator('[data-application=up]').waitFor()
      await deliver(inspector.origin, 'payment_created')
      await page.locator('[data-entry="1"]').waitFor()

      await inspector.touch('throw new Error("a mistake")')
      await page.locator('[data-application=restarting]').waitFor()
      await page.locator('[data-sentence]').waitFor()
      expect(await page.locator('[data-entry]').count()).toBe(1)

      await inspector.touch(application)
      await page.locator('[data-application=up]').waitFor()
      expect(await page.locator('[data-sentence]').count()).toBe(0)
      const origin = (await page.locator('.origin').textContent()) ?? ''
      await deliver(origin, 'payment_received')
      await page.locator('[data-entry="2"]').waitFor()
      expect(await page.locator('[data-entry]').count()).toBe(2)
    } finally {
      await inspector.stop()
    }
  })

  it('says that the inspector is gone, keeps what it shows, and tries again', async () => {
    const inspector = await startInspector()
    const { page } = await openPage(browser, inspector.url)
    await deliver(inspector.origin, 'payment_created')
    await page.locator('[data-entry="1"]').waitFor()
    await inspector.stop()
    await page.getByText(/connection to the inspector lost, next try in \d+ s/).waitFor()
    expect(await page.locator('[data-application]').textContent()).toMatch(/^\s*was /)
    // How the application has ended is still true, and what to do now.
    const sentence = await page.locator('[data-sentence]').textContent()
    expect(sentence).toMatch(
      /The application has ended .*, and koywe inspect with it\. Start it again/,
    )
    expect(await page.locator('[data-entry]').count()).toBe(1)
    const retried = page.waitForRequest(/api\/stream/)
    await retried
  })
})
