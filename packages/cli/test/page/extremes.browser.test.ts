import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { launchBrowser, openPage, show } from './browser.js'
import { deliver, type Inspector, post, startInspector } from './inspector.js'

let browser: Browser
let inspector: Inspector
let page: Page
let complaints: readonly string[]

beforeAll(async () => {
  browser = await launchBrowser()
  inspector = await startInspector()
  ;({ page, complaints } = await openPage(browser, inspector.url))
  await page.locator('[data-application=up]').waitFor()
})
afterAll(async () => {
  await browser?.close()
  await inspector?.stop()
})

const details = () => page.locator('[data-details]')

// One after another: each adds to the same list.
describe.sequential('what a stranger sends', () => {
  it('may nest too deeply to be written out again: it is shown, and edited as text', async () => {
    const nested = `{"eventName":"deep","a":${'['.repeat(30_000)}${']'.repeat(30_000)}}`
    await post(inspector.origin, nested)
    await page.locator('[data-entry]', { hasText: 'deep' }).click()
    await details()
      .getByRole('heading', { name: /: deep$/ })
      .waitFor()
    for (const name of ['As a new event', 'Copy as command', 'Copy as test']) {
      expect(await details().getByRole('button', { name }).isDisabled(), name).toBe(true)
    }
    await details().getByText('nests too deeply').waitFor()
    await details().getByRole('button', { name: 'Edit and sign again' }).click()
    expect(await page.locator('#editing').inputValue()).toBe(nested)
    await details().getByRole('button', { name: 'Sign and send' }).click()
    await page.getByRole('alert').getByText('this cannot be sent').waitFor()
    expect(complaints).toEqual([])
  })

  it('hides nothing and turns nothing around', async () => {
    const eventName = 'crypto_delivered\u200b'
    await deliver(inspector.origin, eventName, { orderId: 'o-\u202e1', note: 'a\u2066b' })
    const row = page.locator('[data-entry="2"]')
    await row.waitFor()
    expect(await row.locator('.subject').textContent()).toBe('crypto_delivered\\u200b')
    expect(await row.locator('.about').textContent()).toBe('o-\\u202e1')
    await row.click()
    await details().getByRole('heading', { name: 'crypto_delivered\\u200b' }).waitFor()
    expect(await details().textContent()).toContain('"note": "a\\u2066b"')
    await details().getByText('As received').click()
    await show(page, 'Orders')
    await page.getByRole('heading', { name: 'Order o-\\u202e1' }).waitFor()
    const hidden = '/[\\u200b\\u202e\\u2066]/.test(document.body.innerText)'
    expect(await page.evaluate(hidden)).toBe(false)
    await show(page, 'Deliveries')
    // The choice still means the name as it is.
    await page.getByLabel('Event', { exact: true }).selectOption(eventName)
    await expect.poll(() => page.locator('[data-entry]').count()).toBe(1)
    await page.getByRole('button', { name: 'clear' }).click()
  })

  it('may have a name of any length: what can be done with it stays in sight', async () => {
    await deliver(inspector.origin, 'x'.repeat(5000))
    await page.locator('[data-entry="3"]').click()
    await details().getByRole('heading', { name: /: x+$/ }).waitFor()
    const box = await details().getByRole('button', { name: 'Same bytes' }).boundingBox()
    expect(box?.y).toBeLessThan(400)
    await show(page, 'Orders')
    const long = { orderId: 'y'.repeat(3000), externalId: 'z'.repeat(3000) }
    await deliver(inspector.origin, 'payment_created', long)
    const order = page.locator('[data-order]', { hasText: /your id z/ })
    await order.waitFor()
    const { right } = await page.evaluate<{ right: number }>(
      "document.querySelector('[data-order] header .quiet').getBoundingClientRect()",
    )
    expect(right).toBeLessThanOrEqual(1280)
    const link = await order.getByRole('button', { name: /^its deliveries/ }).boundingBox()
    expect(link?.y).toBeLessThan(700)
    await show(page, 'Deliveries')
  })
})

it('an answer that comes late leaves alone what is edited meanwhile', async () => {
  await deliver(inspector.origin, 'payment_received', { slowMs: 1500 })
  await page.locator('[data-entry="5"]').click()
  await details().getByRole('heading', { name: 'Delivery 5' }).waitFor()
  await details().getByRole('button', { name: 'As a new event' }).click()
  await page.locator('[data-entry="2"]').click()
  await details().getByRole('heading', { name: 'Delivery 2' }).waitFor()
  await details().getByRole('button', { name: 'Edit and sign again' }).click()
  await page.locator('#editing').fill('{"mine":1}')
  await page.getByText('Sent again as delivery 6: 200').waitFor()
  expect(await page.locator('#editing').inputValue()).toBe('{"mine":1}')
})

it('a second click sends nothing, although the page is drawn late', async () => {
  const { page: slow } = await openPage(browser, 'about:blank')
  await slow.addInitScript(
    '{ const ask = requestAnimationFrame; window.requestAnimationFrame = (draw) => setTimeout(() => ask(draw), 500) }',
  )
  await slow.goto(`${inspector.url}&entry=5`)
  await slow.getByRole('heading', { name: 'Delivery 5' }).waitFor()
  await slow.getByRole('button', { name: 'As a new event' }).dblclick()
  await slow.getByText('Sent again as delivery 7: 200').waitFor()
  await deliver(inspector.origin, 'the_next_one')
  await slow.locator('[data-entry="8"]', { hasText: 'the_next_one' }).waitFor()
})
