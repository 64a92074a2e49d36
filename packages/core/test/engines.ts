import { connect } from 'node:net'
import { describe, it } from 'vitest'

/** The servers that the tests of the stores use, each test in a table or under a prefix of its own. */
export const redisUrl = process.env.KOYWE_TEST_REDIS_URL ?? 'redis://127.0.0.1:6379'
export const postgresUrl =
  process.env.KOYWE_TEST_POSTGRES_URL ?? 'postgres://postgres@127.0.0.1:5432/test'

/**
 * Runs tests that need a server. Where none answers they fail in CI; elsewhere they are skipped, and it is said.
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

/** Tells whether something listens there. */
export function answers(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: 2000 })
    const settle = (yes: boolean) => () => {
      socket.destroy()
      resolve(yes)
    }
    socket.once('connect', settle(true)).once('error', settle(false)).once('timeout', settle(false))
  })
}
