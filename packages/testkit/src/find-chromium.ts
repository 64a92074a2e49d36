import { existsSync } from 'node:fs'

const usualPaths = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
]

/** The tests that need a browser. Where there is none they are left out, unless it is CI that runs them. */
export const browserTests = '**/*.browser.test.ts'

/** Returns the path of the browser that the page's tests start: `CHROMIUM`, or where it usually is. */
export function findChromium(): string | undefined {
  const { CHROMIUM } = process.env
  return [CHROMIUM ?? usualPaths].flat().find((path) => existsSync(path))
}
