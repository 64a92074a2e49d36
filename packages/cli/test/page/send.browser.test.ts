import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { launchBrowser, openPage, show } from './browser.js'
import { deliver, type Inspector, post, startInspector } from './inspector.js'
import { jumpAfter } from './jump-after.js'

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
const after = (action: () => Promise<void>) => jumpAfter(page, 'crypto_delivered', action)

describe.sequential('sending from the page', () => {
  it('replays the same bytes, which is answered as a duplicate', async () => {
    const text = await after(() => page.getByRole('button', { name: 'Same bytes' }).click())
    expect(text).toContain('replay of 1')
    expect(text).toContain('Handled before')
  })

  it('says what became of it, shows its row, and leads back to what was sent again', async () => {
    await after(() => page.getByRole('button', { name: 'Same bytes' }).click())
    const number = /\d+/.exec((await title().textContent()) ?? '')?.[0]
    await page.getByText(`Sent again as delivery ${number}: 200`).waitFor()
    expect(await page.locator(`[data-row="${number}"] .serial`).textContent()).toBe(number)
    await details().getByRole('button', { name: 'replay of 1' }).click()
    await page.getByRole('heading', { name: 'Delivery 1: crypto_delivered' }).waitFor()
  })

  it('scrolls to the row of what was sent, and to that of what was sent again', async () => {
    const one = () => deliver(inspector.origin, 'an_event', { orderId: 'order-many' })
    await Promise.all(Array.from({ length: 60 }, one))
    await expect.poll(() => page.locator('[data-row]').count()).toBeGreaterThan(60)
    const isInView = (number: string | number) =>
      page.evaluate<boolean>(
        `(() => { const { top, bottom } = document.querySelector('[data-row="${number}"]').getBoundingClientRect(); return top >= 0 && bottom <= innerHeight })()`,
      )
    await after(() => page.getByRole('button', { name: 'Same bytes' }).click())
    const number = /\d+/.exec((await title().textContent()) ?? '')?.[0] ?? ''
    await expect.poll(() => isInView(number)).toBe(true)
    expect(await isInView(1)).toBe(false)
    await details().getByRole('button', { name: 'replay of 1' }).click()
    await expect.poll(() => isInView(1)).toBe(true)
    // The filters and the heads of the columns have not scrolled away.
    const top = (await page.locator('.list').boundingBox())?.y
    expect((await page.locator('.list-head').boundingBox())?.y).toBe(top)
  })

  it('counts how often an event failed that is not handled yet', async () => {
    await deliver(inspector.origin, 'fiat_sent', { orderId: 'order-failed' })
    await show(page, 'Deliveries')
    await page.locator('[data-entry]', { hasText: 'order-failed' }).first().click()
    await page.getByRole('button', { name: 'Same bytes' }).click()
    await page.getByText(/Sent again as delivery \d+: 500 handler_failed/).waitFor()
    await show(page, 'Orders')
    const order = page.locator('[data-order="order-failed"]')
    await order.getByText('fiat_sent failed 2 times; not handled yet').waitFor()
  })

  it('signs what nobody has verified only after a question', async () => {
    await post(
      inspector.origin,
      '{"eventName":"payment_created","orderId":"order-forged","timeStamp":"2026-01-31T12:00:00.000Z"}',
    )
    await show(page, 'Deliveries')
    const rows = page.locator('[data-entry]', { hasText: 'order-forged' })
    await rows.first().click()
    await details().getByText('Nobody has verified this body').waitFor()
    const asNew = page.getByRole('button', { name: 'As a new event' })
    const focused = () => page.evaluate('document.activeElement.id')
    await asNew.press('Enter')
    await expect.poll(focused).toBe('confirming')
    await page.keyboard.press('Escape')
    await expect.poll(focused).toBe('confirming-back')
    expect(await page.getByRole('button', { name: 'Sign and send' }).count()).toBe(0)
    expect(await rows.count()).toBe(1)
    await asNew.press('Enter')
    await expect.poll(focused).toBe('confirming')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    await page.getByText(/Sent again as delivery \d+: 200/).waitFor()
    await details().getByText('A new event: its listeners ran.').waitFor()
    expect(await details().getByText('Nobody has verified this body').count()).toBe(0)
  })

  it('says beside the editor what is wrong with the text, and forgets it with the editor', async () => {
    await show(page, 'Deliveries')
    await page.locator('[data-entry="1"]').click()
    await page.getByRole('heading', { name: 'Delivery 1:' }).waitFor()
    const edit = page.getByRole('button', { name: 'Edit and sign again' })
    const editor = page.getByLabel('The fields, without the signature')
    const fault = page.getByText(/^Not JSON: /)
    for (const leave of [
      () => page.getByRole('button', { name: 'Cancel' }).click(),
      () => page.keyboard.press('Escape'),
      () => show(page, 'Orders'),
    ]) {
      await show(page, 'Deliveries')
      await page.locator('[data-entry="1"]').click()
      await edit.click()
      await editor.fill('x')
      await page.getByRole('button', { name: 'Sign and send' }).click()
      await fault.waitFor()
      const described = await editor.getAttribute('aria-describedby')
      expect(await page.locator(`#${described}[role=alert]`).textContent()).toMatch(/^Not JSON/)
      await expect.poll(() => page.evaluate('document.activeElement.id')).toBe('editing')
      await leave()
      await expect.poll(() => fault.count()).toBe(0)
    }
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
        steps.map((step) => step.textContent?.match(/late|repeated|impossible|missing/)?.[0]),
      )
    expect(words).toEqual(['missing', undefined, 'late', undefined, 'repeated', 'impossible'])
    expect(await order.locator('.missing').allInnerTexts()).toEqual([
      expect.stringContaining('payment_received has not arrived, though the order has ended'),
    ])
  })

  it('copies a delivery as a command and as a test', async () => {
    await show(page, 'Deliveries')
    await page.locator('[data-entry="1"]').click()
    await page.getByRole('heading', { name: 'Delivery 1:' }).waitFor()
    const copied = async (name: string) => {
      await page.getByRole('button', { name }).click()
      await page.getByText(/is in the clipboard/).waitFor()
      return page.evaluate('navigator.clipboard.readText()')
    }
    expect(await copied('Copy as command')).toMatch(
      /^koywe send crypto_delivered --order order-1 --at \S+ --field amount:=7 --url http:\S+\/webhooks\/koywe$/,
    )
    // Nothing moves, so that another click at the same place does the same again.
    const places = () =>
      page.evaluate(
        `[...document.querySelectorAll('button')].filter((button) => button.innerText !== 'dismiss').map((button) => button.getBoundingClientRect().top)`,
      )
    const withNotice = await places()
    await page.getByRole('button', { name: 'dismiss' }).click()
    await expect.poll(() => page.getByText(/is in the clipboard/).count()).toBe(0)
    expect(await places()).toEqual(withNotice)
    expect(await copied('Copy as test')).toMatch(
      /^await deliver\(app, \{[\s\S]*\}, \{ secret \}\)$/,
    )
  })
})
