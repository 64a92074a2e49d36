import { describe, it } from 'vitest'

/**
 * Runs tests that need a server. Where its programs are not installed they are skipped, and fail in CI; the run's last lines
 * say what brings them.
 *
 * @param needed What the tests get: the URL of the server or the path of its program.
 */
export function describeWithServer<T extends string>(
  name: string,
  needed: T | undefined,
  tests: (needed: T) => void | Promise<void>,
): void {
  if (needed !== undefined) {
    describe(name, () => tests(needed))
  } else if (process.env.CI) {
    it(`${name} needs its server`, () => {
      throw new Error('its programs are not installed')
    })
  } else {
    it.skip(`${name}, which needs its server`)
  }
}
