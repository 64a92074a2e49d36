import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { launchBrowser, openPage, show } from './browser.js'
import { deliver, type Inspector, startInspector } from './inspector.js'

let browser: Browser
let inspector: Inspector
let page: Page

beforeAll(async () => {
  browser = await launchBrowser()
  inspector = await startInspector()
  ;({ page } = await openPage(browser, inspector.url))
  await deliver(inspector.origin, 'crypto_delivered', { orderId: 'order-1', amount: 7 })
  await page.locator('[data-entry]').first().waitFor()
})
afterAll(async () => {
  await browser?.close()
  await inspector?.stop()
})

const details = () => page.locator('[data-details]')
const title = () => details().getByRole('heading').first()

/** Opens the delivery that all start from, does something, and returns what the view jumped to. */
async function after(action: () => Promise<void>): Promise<string> {
  await show(page, 'Deliveries')
  await page.locator('[data-entry="1"]').click()
  await page.getByRole('heading', { name: 'Delivery 1: crypto_delivered' }).waitFor()
  await action()
  await expect.poll(() => title().textContent()).not.toMatch(/ 1:/)
  await details().getByText('Answer', { exact: true }).waitFor()
  // The keyboard goes on where the view has jumped to.
  await expect.poll(() => page.evaluate('document.activeElement.id')).toBe('details-title')
  return (await details().textContent()) ?? ''
}

describe.sequential('sending from the page', () => {
  it('replays the same bytes, which is answered as a duplicate', async () => {
    const text = await after(() => page.getByRole('button', { name: 'Same bytes' }).click())
    expect(text).toContain('replay of 1')
    expect(text).toContain('Handled before')
  })

  it('replays it as a new event, which the listeners hear of', async () => {
    const text = await after(() => page.getByRole('button', { name: 'As a new event' }).click())
    expect(text).toContain('replay of 1')
    expect(text).toContain('A new event: its listeners ran.')
    expect(text).toContain('"amount": 7')
  })

  it('replays it edited, and signed again', async () => {
    const text = await after(async () => {
      await page.getByRole('button', { name: 'Edit and sign again' }).click()
      const editor = page.getByLabel('The fields, without the signature')
      const fields = await editor.inputValue()
      expect(fields).not.toContain('signature')
      await editor.fill(`${fields.replace('"amount": 7', '"amount": 8')}x`)
      await page.getByRole('button', { name: 'Sign and send' }).click()
      await page.getByRole('alert').getByText('something follows the value').waitFor()
      await editor.fill(fields.replace('"amount": 7', '"amount": 8').replace('order-1', 'order-2'))
      await page.getByRole('button', { name: 'Sign and send' }).click()
    })
    expect(text).toContain('A new event: its listeners ran.')
    expect(text).toContain('"amount": 8')
  })

  it('sends any event for a listed order', async () => {
    const text = await after(async () => {
      await show(page, 'Send')
      await page.getByLabel('Event', { exact: true }).selectOption('refund_started')
      await page.getByLabel('Order', { exact: true }).fill('order-1')
      expect(await page.locator('#known-orders option').first().getAttribute('value')).toBe(
        'order-1',
      )
      await page.getByRole('button', { name: 'Send event' }).click()
    })
    expect(text).toMatch(/refund_started[\s\S]*200[\s\S]*sent from here[\s\S]*order-1/)
  })

  it('sends a bad delivery, which is refused', async () => {
    const text = await after(async () => {
      await show(page, 'Send')
      await page.getByLabel('What is wrong with it').selectOption('ramp truncated JSON')
      await page.getByRole('button', { name: 'Send bad delivery' }).click()
    })
    expect(text).toContain('400 invalid_json')
    expect(text).toContain('the text ends, but "," or } is missing')
  })

  it('sends the whole life of an order, and points at it among the orders', async () => {
    await show(page, 'Send')
    await page.getByLabel('Life').selectOption('on-ramp')
    await page.getByRole('button', { name: 'Send life' }).click()
    const order = page.locator('.order.pointed')
    await order.getByText('DELIVERED, final').waitFor()
    expect(await order.locator('.name').allTextContents()).toEqual([
      'payment_created',
      'payment_received',
      'crypto_tx_sent',
      'crypto_delivered',
    ])
    expect(await order.locator('.mark, .missing').count()).toBe(0)
  })

  it('marks what is late, repeated, impossible or missing', async () => {
    const at = (minute: number) => ({
      orderId: 'order-9',
      timeStamp: `2026-01-31T12:0${minute}:00.000Z`,
    })
    await deliver(inspector.origin, 'crypto_tx_sent', at(2))
    await deliver(inspector.origin, 'payment_created', at(0))
    await deliver(inspector.origin, 'crypto_delivered', at(3))
    await deliver(inspector.origin, 'crypto_delivered', at(3))
    await deliver(inspector.origin, 'payment_rejected', at(4))
    const order = page.locator('[data-order="order-9"]')
    await order.getByText('impossible').waitFor()
    const words = await order
      .locator('.step')
      .evaluateAll((steps) =>
        steps.map((step) => step.textContent?.match(/late|repeated|impossible/)?.[0]),
      )
    expect(words).toEqual([undefined, 'late', undefined, 'repeated', 'impossible'])
    expect(await order.locator('.missing').allInnerTexts()).toEqual([
      expect.stringContaining('payment_received never arrived'),
    ])
  })

  it('copies a delivery as a command and as a test', async () => {
    await show(page, 'Deliveries')
    await page.locator('[data-entry="1"]').click()
    const copied = async (name: string) => {
      await page.getByRole('button', { name }).click()
      await page.getByText(/is in the clipboard/).waitFor()
      return page.evaluate('navigator.clipboard.readText()')
    }
    expect(await copied('Copy as command')).toMatch(
      /^koywe send crypto_delivered --order order-1 --at \S+ --field amount:=7 --url http:\S+\/webhooks\/koywe$/,
    )
    await page.getByRole('button', { name: 'dismiss' }).click()
    expect(await copied('Copy as test')).toMatch(
      /^await deliver\(app, \{[\s\S]*\}, \{ secret \}\)$/,
    )
  })
})
