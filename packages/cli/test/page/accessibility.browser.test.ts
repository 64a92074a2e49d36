import axe from 'axe-core'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { launchBrowser, openPage } from './browser.js'
import { deliver, type Inspector, post, startInspector } from './inspector.js'

let browser: Browser
let inspector: Inspector
let empty: Inspector

beforeAll(async () => {
  browser = await launchBrowser()
  ;[inspector, empty] = await Promise.all([startInspector(), startInspector()])
  const { origin } = inspector
  await deliver(origin, 'payment_created', { orderId: 'order-1', externalId: 'A-1' })
  await deliver(origin, 'crypto_delivered', { orderId: 'order-1' })
  await deliver(origin, 'crypto_delivered', { orderId: 'order-1' })
  await deliver(origin, 'payment_received', { orderId: 'order-1' })
  await deliver(origin, 'fiat_sent', { orderId: 'order-2' })
  await post(origin, '{"eventName":')
  await post(origin, '{"email":"ana@example.com"}', '/koywe/auth')
})
afterAll(async () => {
  await browser?.close()
  await Promise.all([inspector?.stop(), empty?.stop()])
})

/** What axe finds wrong, a line each. */
async function faults(page: Page): Promise<readonly string[]> {
  await page.evaluate(axe.source)
  const { violations } = await page.evaluate<axe.AxeResults>(
    'axe.run({ resultTypes: ["violations"], runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] })',
  )
  return violations.flatMap(({ id, help, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${help}\n${html}\n${failureSummary}`),
  )
}

const desktop = { width: 1280, height: 800 }
const phone = { width: 375, height: 740 }

describe.each([
  ['light', 'desktop', desktop],
  ['dark', 'desktop', desktop],
  ['light', 'phone', phone],
  ['dark', 'phone', phone],
] as const)('in %s on a %s', (colorScheme, _, viewport) => {
  let page: Page

  beforeAll(async () => {
    ;({ page } = await openPage(browser, inspector.url, { colorScheme, viewport }))
  })
  afterAll(() => page?.context().close())

  it.each([
    ['the list', '', '[data-row] >> nth=5'],
    ['a delivery', '&entry=2', '.body'],
    ['a failed delivery', '&entry=5', '.stack'],
    ['a body that is no JSON', '&entry=6', 'mark'],
    ['the orders', '&view=orders', '.missing'],
    ['an order with an open delivery', '&view=orders&entry=2', '.body'],
    ['the questions', '&view=callback&entry=7', '[data-details] dl'],
    ['the forms', '&view=send', 'form'],
  ])('%s has no fault', async (__, fragment, sign) => {
    // Another fragment alone would not load the page anew.
    await page.goto('about:blank')
    await page.goto(inspector.url + fragment)
    await page.locator(sign).first().waitFor({ state: 'attached' })
    expect(await faults(page)).toEqual([])
    // Nothing lies beside the screen.
    const overflow = await page.evaluate<number>(
      'document.documentElement.scrollWidth - document.documentElement.clientWidth',
    )
    expect(overflow).toBeLessThanOrEqual(0)
  })

  it('the editor, the filters and a notice have no fault', async () => {
    const { page } = await openPage(browser, `${inspector.url}&entry=1`, { colorScheme, viewport })
    await page.getByRole('button', { name: 'Edit and sign again' }).click()
    await page.getByLabel('The fields, without the signature').fill('x')
    await page.getByRole('button', { name: 'Sign and send' }).click()
    await page.getByRole('alert').getByText('Not JSON').waitFor()
    expect(await faults(page)).toEqual([])
    await page.getByRole('button', { name: 'Close' }).click()
    const more = page.getByRole('button', { name: 'Filters', exact: true })
    const answer = page.getByLabel('Answer')
    await more.or(answer).filter({ visible: true }).first().waitFor()
    if (await more.isVisible()) await more.click()
    await answer.selectOption('refused')
    expect(await faults(page)).toEqual([])
    await page.context().close()
  })

  it('the empty page, and one without its token, have no fault', async () => {
    const options = { colorScheme, viewport }
    const { page } = await openPage(browser, empty.url, options)
    await page.getByText('No delivery yet').waitFor()
    expect(await faults(page)).toEqual([])
    const { page: denied } = await openPage(browser, new URL(empty.url).origin, options)
    await denied.getByText('This address has no token').waitFor()
    expect(await faults(denied)).toEqual([])
    await page.context().close()
    await denied.context().close()
  })
})
