// Makes inspector.png, the picture of the page in the README: `pnpm screenshot`.

import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { sign } from '@x/koywe-testkit/sign'
import { launchBrowser, openPage } from './browser.js'
import { deliver, post, secret, startInspector } from './inspector.js'

const file = join(import.meta.dirname, '../../inspector.png')
const orderId = '5a3288ea-5c1f-4c4e-9d0a-2f6e0a1f7c11'
const event = (eventName: string, minute: number) => ({
  eventName,
  orderId,
  externalId: 'A-1042',
  timeStamp: `2026-01-31T12:0${minute}:00.000Z`,
})

const [browser, inspector] = await Promise.all([launchBrowser(), startInspector({ port: 3000 })])
try {
  const { origin } = inspector
  const send = (name: string, minute: number) => post(origin, sign(event(name, minute), secret))
  await deliver(origin, 'fiat_sent', { orderId: '0c6f9a52-7d55-4a06-9d59-b1a3e5e8d0f4' })
  await send('payment_created', 0)
  await send('crypto_tx_sent', 2)
  // A proxy or a middleware has added a field.
  const changed = sign(event('payment_received', 1), secret).replace('{', '{"traceId":"4bf92f",')
  await post(origin, changed)
  await send('crypto_delivered', 3)
  await send('crypto_delivered', 3)

  const options = { colorScheme: 'light', viewport: { width: 1280, height: 640 } } as const
  const { page } = await openPage(browser, `${inspector.url}&view=orders&entry=4`, options)
  await page.locator('.missing').first().waitFor()
  await page.locator('[data-details] .reason').waitFor()
  await page.locator('[data-application=up]').waitFor()
  // No caret and no focus ring in the picture.
  await page.evaluate('document.activeElement.blur()')
  await writeFile(file, await page.screenshot())
} finally {
  await inspector.stop()
  await browser.close()
}
