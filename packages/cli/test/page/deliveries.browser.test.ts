import { sign } from '@x/koywe-testkit/sign'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { launchBrowser, openPage, show } from './browser.js'
import { deliver, type Inspector, post, secret, startInspector } from './inspector.js'

let browser: Browser
let inspector: Inspector
let page: Page
let complaints: readonly string[]

beforeAll(async () => {
  browser = await launchBrowser()
  inspector = await startInspector()
  ;({ page, complaints } = await openPage(browser, inspector.url))
})
afterAll(async () => {
  await browser?.close()
  await inspector?.stop()
})

/** The row of the latest delivery with this text. */
const row = (text: string) => page.locator('[data-entry]', { hasText: text }).first()
const details = () => page.locator('[data-details]')

// One after another: each adds to the same list.
describe.sequential('the list of deliveries', () => {
  it('shows the command that fills it while it is empty, and copies it', async () => {
    await page.getByText('No delivery yet').waitFor()
    await page.locator('[data-application=up]').waitFor()
    const command = await page.locator('.command code').textContent()
    expect(command).toMatch(/^koywe send |^npx .* send /)
    expect(command).toContain(inspector.origin)
    await page.getByRole('button', { name: 'Copy' }).click()
    await page.getByText('is in the clipboard').waitFor()
    expect(await page.evaluate('navigator.clipboard.readText()')).toBe(command)
    await show(page, 'Callback')
    const question = await page.locator('.command code').textContent()
    expect(question).toBe(`koywe auth ${inspector.origin} --email maria@example.com`)
    await show(page, 'Deliveries')
  })

  it('shows a delivery, and everything about it when it is opened', async () => {
    await deliver(inspector.origin, 'crypto_delivered', { orderId: 'order-1', amount: 1.5 })
    await row('crypto_delivered').waitFor()
    expect(await row('crypto_delivered').textContent()).toMatch(/order-1[\s\S]*200/)
    await row('crypto_delivered').click()
    const text = await details().textContent()
    expect(text).toContain('A new event: its listeners ran.')
    expect(text).toContain('right, made with the current secret')
    expect(text).toContain('"amount": 1.5')
    expect(page.url()).toMatch(/entry=\d+$/)
  })

  it('shows a duplicate as one', async () => {
    const body = sign(
      { eventName: 'payment_created', orderId: 'order-2', timeStamp: '2026-01-31T12:00:00.000Z' },
      secret,
    )
    await post(inspector.origin, body)
    await post(inspector.origin, body)
    const copy = page.locator('.entry.duplicate')
    await copy.waitFor()
    expect(await copy.locator('.badge').textContent()).toBe('duplicate')
    await copy.click()
    await details().getByText('Handled before').waitFor()
  })

  it('says why a delivery was refused, and what to do, in the list', async () => {
    await post(inspector.origin, '{"eventName":"fiat_delivered","orderId":"order-3"}')
    const refused = row('missing_signature')
    await refused.waitFor()
    expect(await refused.textContent()).toContain('401')
    expect(await refused.locator('.reason').textContent()).toMatch(/secret was registered/)
    // The sentence says what to do, and its code is code.
    expect(await refused.locator('.cure').count()).toBe(0)
    expect(await refused.locator('.reason code').textContent()).toBe('signature')
    await post(inspector.origin, '{"id":"evt_1","type":"order.paid","note":"of Payments"}')
    const ofPayments = row('evt_1').or(row('order.paid'))
    expect(await ofPayments.locator('.cure').textContent()).toContain(
      'send it to /webhooks/koywe-payments',
    )
  })

  it('tells a missing signature from a wrong one', async () => {
    await row('missing_signature').click()
    const signature = () => details().locator('.facts div', { hasText: /^\s*Signature/ })
    await expect.poll(() => signature().textContent()).toMatch(/missing$/)
    const forged = { eventName: 'fiat_delivered', orderId: 'order-3', signature: 'a'.repeat(64) }
    await post(inspector.origin, JSON.stringify({ ...forged, timeStamp: '2026-01-31T12:00:00Z' }))
    expect(await row('invalid_signature').locator('.cure').textContent()).toMatch(/SECRET/)
    await row('invalid_signature').click()
    // What to look at comes first, and the receiver's own sentence is kept.
    await expect.poll(() => details().locator('.checks li').count()).toBe(3)
    expect(await details().locator('.verdict').textContent()).toContain('None of your secrets')
    await expect.poll(() => signature().textContent()).toMatch(/wrong$/)
  })

  it('shows where a body stops being JSON', async () => {
    await post(inspector.origin, '{"eventName":"x",\n"orderId":01}')
    await row('invalid_json').click()
    await details().getByText('Not JSON: "," or } was expected, at line 2, column 12.').waitFor()
    expect(await details().locator('mark').textContent()).toBe('1')
  })

  it('shows what a listener threw, with its stack', async () => {
    expect((await deliver(inspector.origin, 'fiat_sent')).status).toBe(500)
    expect(await row('handler_failed').locator('.reason').textContent()).toBe(
      'A listener threw TypeError: the disk is full',
    )
    await row('handler_failed').click()
    await details().getByText('the disk is full').first().waitFor()
    expect(await details().locator('.stack').textContent()).toMatch(/sendReceipt.*app\.mjs/)
    expect(await details().locator('.stack').textContent()).not.toMatch(
      /node:|node_modules|koywe-webhooks/,
    )
    expect(await details().locator('.cure').textContent()).toMatch(
      /^Fix the listener at app\.mjs:\d+, /,
    )
  })

  it('shows an event name that is HTML as text', async () => {
    const name = '<img src=x onerror="alert(1)">'
    await deliver(inspector.origin, name, { orderId: '<script>alert(2)</script>' })
    await row(name).waitFor()
    await row(name).click()
    await details().getByRole('heading', { name }).waitFor()
    await show(page, 'Orders')
    await page.getByText('<script>alert(2)</script>').first().waitFor()
    await show(page, 'Deliveries')
    expect(await page.locator('#page img, #page script').count()).toBe(0)
  })

  it('filters by text, order, event and answer', async () => {
    const shown = async () => (await page.locator('.subject').allTextContents()).sort()
    await page.getByLabel('Order', { exact: true }).fill('order-1')
    await expect.poll(shown).toEqual(['crypto_delivered'])
    await page.getByRole('button', { name: 'clear' }).click()
    await page.getByLabel('Event', { exact: true }).selectOption('payment_created')
    await expect.poll(shown).toEqual(['payment_created', 'payment_created'])
    await page.getByLabel('Answer').selectOption('duplicate')
    await expect.poll(shown).toEqual(['payment_created'])
    await page.getByRole('button', { name: 'clear' }).click()
    await page.getByLabel('Answer').selectOption('500')
    await expect.poll(shown).toEqual(['fiat_sent'])
    await page.getByRole('button', { name: 'clear' }).click()
    await page.getByLabel('Text, anywhere').fill('DISK IS FULL')
    await expect.poll(shown).toEqual(['fiat_sent'])
    await page.getByLabel('Text, anywhere').fill('nothing has this')
    await page.getByRole('button', { name: 'Clear the filters' }).click()
    await expect.poll(async () => (await shown()).length).toBeGreaterThan(5)
  })

  it('shows in each choice what is chosen, after it was taken back by hand too', async () => {
    const answer = page.getByLabel('Answer')
    for (const choice of ['500', '', '500']) await answer.selectOption(choice)
    await page.locator('.count').waitFor()
    await page.getByRole('button', { name: 'clear' }).click()
    await page.locator('.count').waitFor({ state: 'detached' })
    expect(await answer.inputValue()).toBe('')
  })

  it('counts orders where it shows orders', async () => {
    await show(page, 'Orders')
    await page.locator('.order').first().waitFor()
    const all = await page.locator('.order').count()
    await page.getByLabel('Order', { exact: true }).fill('order-2')
    await expect.poll(() => page.locator('.order').count()).toBe(1)
    expect(await page.locator('.count').textContent()).toContain(`1 of ${all} orders`)
    await page.getByRole('button', { name: 'clear' }).click()
    await show(page, 'Deliveries')
  })

  it('shows only what was not accepted, or the orders that miss an event', async () => {
    await page.getByLabel('Answer').selectOption('not accepted')
    await expect.poll(() => page.locator('.entry:not(.refused, .failed)').count()).toBe(0)
    expect(await page.locator('.entry.refused').count()).toBeGreaterThan(0)
    expect(await page.locator('.entry.failed').count()).toBeGreaterThan(0)
    await page.getByRole('button', { name: 'clear' }).click()
    await show(page, 'Orders')
    await page.locator('.order:not(.lacks)').first().waitFor()
    await page.getByRole('combobox', { name: 'Orders' }).selectOption('missing an event')
    await expect.poll(() => page.locator('.order:not(.lacks)').count()).toBe(0)
    expect(await page.locator('.order.lacks').count()).toBeGreaterThan(0)
    await show(page, 'Deliveries')
    await expect.poll(() => page.locator('.count').count()).toBe(0)
  })

  it('follows the Back of the browser, over tabs, open deliveries and filters', async () => {
    const part = () => page.locator('nav [aria-current]').textContent()
    await expect.poll(part).toContain('Deliveries')
    const title = page.getByRole('heading', { name: /^Delivery \d+: fiat_sent/ })
    await row('handler_failed').click()
    await title.waitFor()
    const opened = page.url()
    await show(page, 'Orders')
    await page.getByRole('button', { name: 'its deliveries of order order-2' }).click()
    await expect.poll(() => page.locator('.count').textContent()).toMatch(/ of /)
    await page.goBack()
    await expect.poll(part).toContain('Orders')
    await expect.poll(() => page.locator('.order').count()).toBeGreaterThan(1)
    await page.goBack()
    await title.waitFor()
    expect(page.url()).toBe(opened)
    await page.goBack()
    await expect.poll(() => details().count()).toBe(0)
    await page.goForward()
    await title.waitFor()
    await page.keyboard.press('Escape')
  })

  it('shows the questions of the auth callback, and what Koywe concludes', async () => {
    for (const email of ['ana@example.com', 'eve@example.com']) {
      await post(inspector.origin, JSON.stringify({ email }), '/koywe/auth')
    }
    await show(page, 'Callback')
    const questions = page.locator('[data-entry]')
    await expect.poll(() => questions.count()).toBe(2)
    expect(await questions.first().textContent()).toMatch(/–[\s\S]*denied/)
    expect(await questions.last().textContent()).toMatch(/✓[\s\S]*allowed/)
    await questions.first().click()
    await expect.poll(() => details().textContent()).toMatch(/Answer body\s*false/)
    await page.keyboard.press('Escape')
    expect(await page.content()).not.toContain('ana@example.com')
  })

  it('shows the same after a reload', async () => {
    await show(page, 'Deliveries')
    await row('crypto_delivered').click()
    await page.getByRole('heading', { name: /Delivery \d+: crypto_delivered/ }).waitFor()
    await page.getByLabel('Answer').selectOption('failed')
    await page.locator('.count').waitFor()
    await page.reload()
    await page.getByRole('heading', { name: /Delivery \d+: crypto_delivered/ }).waitFor()
    expect(await page.getByLabel('Answer').inputValue()).toBe('failed')
    await expect.poll(() => page.locator('[data-entry]:not(.failed)').count()).toBe(0)
  })

  it('goes Forward to the filter that was left by a Back', async () => {
    await page.getByRole('button', { name: 'clear' }).click()
    await page.locator('.count').waitFor({ state: 'detached' })
    await page.goBack()
    await expect.poll(() => details().count()).toBe(0)
    await page.goForward()
    await details().waitFor()
    expect(await page.getByLabel('Answer').inputValue()).toBe('')
    expect(await page.locator('.count').count()).toBe(0)
  })

  it('goes back although a delivery makes it draw before the browser tells it', async () => {
    await page.addInitScript(
      "addEventListener('hashchange', (event) => { if (globalThis.waits) event.stopImmediatePropagation() })",
    )
    await page.reload()
    await show(page, 'Deliveries')
    await show(page, 'Orders')
    await page.evaluate('globalThis.waits = true')
    await page.goBack()
    await deliver(inspector.origin, 'crypto_delivered', { orderId: 'order-late' })
    await page.locator('.order', { hasText: 'order-late' }).waitFor()
    await page.evaluate("globalThis.waits = false, dispatchEvent(new Event('hashchange'))")
    await row('order-late').waitFor()
    await page.goForward()
    await page.locator('.order', { hasText: 'order-late' }).waitFor()
  })

  it('never carries the secret, and breaks no rule of its policy', async () => {
    expect(await page.content()).not.toContain(secret)
    expect(complaints).toEqual([])
  })
})
