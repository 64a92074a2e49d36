import { randomUUID } from 'node:crypto'
import { listen, type RunningServer } from '@x/koywe-testkit/listen'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { launchBrowser, openPage } from './browser.js'
import { deliver, type Inspector, startInspector } from './inspector.js'

let browser: Browser
let inspector: Inspector
let foreign: RunningServer
let page: Page
let address: URL

/** A page that anybody may have made. */
const foreignPage = (target: string, action: string) => `<!doctype html>
<form method="post" enctype="text/plain" target="answer" action="${target}/api/actions">
  <input name='${action.slice(0, -1)},"x":"' value='"}'>
</form>
<iframe name="answer"></iframe>`

beforeAll(async () => {
  browser = await launchBrowser()
  inspector = await startInspector()
  address = new URL(inspector.url)
  const action = JSON.stringify({ action: 'send', eventName: 'crypto_delivered' })
  foreign = await listen((_request, response) => {
    response.setHeader('content-type', 'text/html')
    response.end(foreignPage(address.origin, action))
  })
  ;({ page } = await openPage(browser, inspector.url))
  await page.locator('[data-application=up]').waitFor()
})
afterAll(async () => {
  await browser?.close()
  await inspector?.stop()
  await foreign?.close()
})

/** How many deliveries the inspector has sent, after one that arrives later than all of them. */
async function sentCount(): Promise<number> {
  const marker = `marker_${randomUUID()}`
  await deliver(inspector.origin, marker)
  await page.locator('[data-entry]', { hasText: marker }).waitFor()
  return page.locator('[data-entry]', { hasText: 'sent from here' }).count()
}

describe('a page of another origin', () => {
  // The name of another site, and another port of this computer, which browsers take for the same site.
  it.each(['foreign.test', '127.0.0.1'])('on %s changes nothing with a form', async (host) => {
    const { page: other } = await openPage(browser, `http://${host}:${foreign.port}/`)
    const [answer] = await Promise.all([
      other.waitForResponse(/api\/actions/),
      other.evaluate('document.forms[0].submit()'),
    ])
    expect([401, 403, 415]).toContain(answer.status())
    expect(await sentCount()).toBe(0)
  })

  it.each(['foreign.test', '127.0.0.1'])('on %s changes nothing with fetch', async (host) => {
    const { page: other } = await openPage(browser, `http://${host}:${foreign.port}/`)
    const token = new URLSearchParams(address.hash.slice(1)).get('token')
    const attempt = (init: object) =>
      other.evaluate(
        `fetch('${address.origin}/api/actions', ${JSON.stringify({ method: 'POST', body: '{"action":"send","eventName":"crypto_delivered"}', ...init })})
          .then((response) => response.type + ' ' + response.status, () => 'failed')`,
      )
    expect(await attempt({ mode: 'no-cors' })).toBe('failed')
    expect(await attempt({ headers: { 'content-type': 'application/json' } })).toBe('failed')
    // Not even with the token: the browser asks first, and gets no leave.
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` }
    expect(await attempt({ headers })).toBe('failed')
    expect(await sentCount()).toBe(0)
  })

  it('cannot show the page in a frame', async () => {
    const { page: other } = await openPage(browser, `http://foreign.test:${foreign.port}/`)
    await other.evaluate(`document.querySelector('iframe').src = ${JSON.stringify(inspector.url)}`)
    await expect.poll(() => other.frames().at(-1)?.url()).toMatch(/^chrome-error/)
    // What the browser shows instead has a heading of its own.
    const heading = other.frameLocator('iframe').getByRole('heading', { name: 'koywe inspect' })
    expect(await heading.count()).toBe(0)
  })
})

describe('an address', () => {
  it('whose host name leads here is refused', async () => {
    const context = await browser.newContext()
    const rebound = await context.newPage()
    const answer = await rebound.goto(inspector.url.replace('127.0.0.1', 'rebound.test'))
    expect(answer?.status()).toBe(403)
    expect(await rebound.locator('h1').count()).toBe(0)
  })

  it.each([
    ['', 'This address has no token'],
    ['#token=guessed', 'This address belongs to another run'],
  ])('that ends with %j shows nothing', async (fragment, sentence) => {
    await deliver(inspector.origin, 'crypto_delivered', { orderId: 'a-secret-order' })
    const { page: stolen } = await openPage(browser, `${address.origin}/${fragment}`)
    await stolen.getByText(sentence).waitFor()
    expect(await stolen.content()).not.toContain('a-secret-order')
    expect(await stolen.locator('[data-entry], [data-application], nav').count()).toBe(0)
  })
})

it('sends what the page itself asks for with its token, so that the tests above would notice', async () => {
  const token = new URLSearchParams(address.hash.slice(1)).get('token')
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` }
  const init = { method: 'POST', headers, body: '{"action":"send","eventName":"fiat_delivered"}' }
  const status = await page.evaluate(
    `fetch('/api/actions', ${JSON.stringify(init)}).then((response) => response.status)`,
  )
  expect([status, await sentCount()]).toEqual([200, 1])
})
