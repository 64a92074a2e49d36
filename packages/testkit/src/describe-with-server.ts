import { describe, it } from 'vitest'
import { answers } from './engines.js'

/**
 * Runs tests that need a server. Where none answers they fail in CI; elsewhere they are skipped, with a line that says so.
 *
 * @param url Where the server is expected. The tests run in a `describe` of that name.
 */
export async function describeWithServer(
  name: string,
  url: string,
  tests: () => void,
): Promise<void> {
  const { hostname, port } = new URL(url)
  if (await answers(hostname, Number(port))) {
    describe(name, tests)
    return
  }
  const reason = `no server answers at ${hostname}:${port}`
  if (process.env.CI) {
    it(`${name} needs its server`, () => {
      throw new Error(reason)
    })
  } else {
    process.stderr.write(`\nskipped: ${name}: ${reason}\n`)
    describe.skip(name, tests)
  }
}
