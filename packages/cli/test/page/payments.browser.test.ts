import { createHmac } from 'node:crypto'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { launchBrowser, openPage, show } from './browser.js'
import { type Inspector, startInspector } from './inspector.js'
import { jumpAfter } from './jump-after.js'

const secret = 'the secret of Payments'
const event = {
  id: 'evt_1',
  type: 'order.paid',
  data: { status: 'PAID', external_id: 'A-7' },
  relationships: { self: { type: 'order', id: 'ord_1' } },
}

let browser: Browser
let inspector: Inspector
let page: Page

beforeAll(async () => {
  browser = await launchBrowser()
  inspector = await startInspector({ env: { KOYWE_PAYMENTS_SECRET: secret } })
  ;({ page } = await openPage(browser, inspector.url))
  const body = JSON.stringify(event, null, 1)
  const signature = createHmac('sha256', secret).update(body).digest('hex')
  const headers = { 'content-type': 'application/json', 'koywe-signature': signature }
  const url = `${inspector.origin}/webhooks/koywe-payments`
  expect((await fetch(url, { method: 'POST', headers, body })).status).toBe(200)
  await page.locator('[data-entry]').first().waitFor()
})
afterAll(async () => {
  await browser?.close()
  await inspector?.stop()
})

/** Opens the delivery that all start from, does something, and returns what the view jumped to. */
const after = (action: () => Promise<void>) => jumpAfter(page, 'order.paid', action)

describe.sequential('a webhook of the Payments API', () => {
  it('is sent again as it is, which is answered as a duplicate', async () => {
    const text = await after(() => page.getByRole('button', { name: 'Same bytes' }).click())
    expect(text).toContain('replay of 1')
    expect(text).toContain('Handled before')
  })

  it('is sent again as a new event', async () => {
    const text = await after(() => page.getByRole('button', { name: 'As a new event' }).click())
    expect(text).toContain('A new event: its listeners ran.')
    expect(text).toContain('right, made with the current secret')
    expect(text).toMatch(/Delivery idevt_[0-9a-f-]{36}/)
    expect(text).toContain('ord_1')
  })

  it('is edited as it stands, and signed again', async () => {
    const text = await after(async () => {
      await page.getByRole('button', { name: 'Edit and sign again' }).click()
      const editor = page.getByLabel('The body, which is signed as it stands here')
      expect(await editor.inputValue()).toBe(JSON.stringify(event, null, 1))
      await editor.fill('{ "id": "evt_2",  "type": "order.failed" }')
      await page.getByRole('button', { name: 'Sign and send' }).click()
    })
    expect(text).toMatch(/Delivery \d+: order\.failed/)
    expect(text).toContain('right, made with the current secret')
    expect(text).toContain('Delivery idevt_2')
  })

  it('is sent bad, and refused', async () => {
    const text = await after(async () => {
      await show(page, 'Send')
      const choice = page.getByLabel('What is wrong with it')
      await choice.selectOption('payments signed with another secret')
      await page.getByRole('button', { name: 'Send bad delivery' }).click()
    })
    expect(text).toContain('401 invalid_signature')
    expect(text).toContain('APIPayments')
  })

  it('is copied as a test and as a command', async () => {
    await show(page, 'Deliveries')
    await page.locator('[data-entry="1"]').click()
    await page.getByRole('heading', { name: 'Delivery 1:' }).waitFor()
    const notice = page.getByText(/is in the clipboard/)
    const copied = async (name: string) => {
      await page.getByRole('button', { name }).click()
      await notice.waitFor()
      await page.getByRole('button', { name: 'dismiss' }).click()
      await notice.waitFor({ state: 'detached' })
      return page.evaluate('navigator.clipboard.readText()')
    }
    expect(await copied('Copy as test')).toMatch(/^await deliver\(app, \{\n {2}id: 'evt_1',/)
    expect(await copied('Copy as command')).toMatch(
      /^koywe send order\.paid --payments --field id=evt_1 --field 'data:=/,
    )
  })

  it('is only sent again as it is where its secret is unknown, and the page says which variable has it', async () => {
    const other = await startInspector({ env: { KOYWE_PAYMENTS_SECRET: '' } })
    try {
      const { page } = await openPage(browser, other.url)
      await page.locator('[data-application=up]').waitFor()
      await show(page, 'Send')
      await page.getByLabel('Event', { exact: true }).selectOption('order.paid')
      await page.getByRole('button', { name: 'Send event' }).click()
      await page.getByRole('alert').getByText('Set KOYWE_PAYMENTS_SECRET').waitFor()
    } finally {
      await other.stop()
    }
  })
})
