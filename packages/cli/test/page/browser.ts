import { findChromium } from '@x/koywe-testkit/find-chromium'
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core'

function executable(): string {
  const found = findChromium()
  if (found !== undefined) return found
  throw new Error(
    'There is no Chromium. Install it (on Debian: apt-get install chromium), or say in CHROMIUM where it is.',
  )
}

/** Starts Chromium. Every name that ends with `.test` leads to this computer, as a rebound name does. */
export function launchBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: executable(),
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--host-resolver-rules=MAP *.test 127.0.0.1',
    ],
  })
}

/** A page, and what its console complained about. */
export interface OpenPage {
  readonly page: Page
  readonly complaints: readonly string[]
}

/** Opens an address in a window of its own. */
export async function openPage(
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
): Promise<OpenPage> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options })
  await context.grantPermissions(['clipboard-read', 'clipboard-write'])
  const page = await context.newPage()
  const complaints: string[] = []
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text())
  })
  page.on('pageerror', (error) => complaints.push(String(error.stack)))
  page.on('dialog', (dialog) => {
    complaints.push(`a dialog: ${dialog.message()}`)
    void dialog.dismiss()
  })
  await page.goto(url)
  return { page, complaints }
}

/** Goes to a part of the page, and waits until it is drawn. */
export async function show(
  page: Page,
  part: 'Deliveries' | 'Orders' | 'Callback' | 'Send',
): Promise<void> {
  await page.getByRole('navigation').getByRole('button', { name: part }).click()
  // The click moved the focus to the button, and the page moves it on once it has drawn.
  await page.locator('#view-title:focus').waitFor({ state: 'attached' })
}
