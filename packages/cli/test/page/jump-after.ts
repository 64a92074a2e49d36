import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import { show } from './browser.js'

/** Opens the first delivery, which has that event, does something there, and returns the text of the delivery that the view jumped to. */
export async function jumpAfter(
  page: Page,
  event: string,
  action: () => Promise<void>,
): Promise<string> {
  const details = page.locator('[data-details]')
  const title = details.getByRole('heading').first()
  await show(page, 'Deliveries')
  await page.locator('[data-entry="1"]').click()
  await page.getByRole('heading', { name: `Delivery 1: ${event}` }).waitFor()
  await action()
  await expect.poll(() => title.textContent()).not.toMatch(/ 1:/)
  await details.getByText('Answer', { exact: true }).waitFor()
  // The keyboard goes on where the view has jumped to.
  await expect.poll(() => page.evaluate('document.activeElement.id')).toBe('details-title')
  return (await details.textContent()) ?? ''
}
