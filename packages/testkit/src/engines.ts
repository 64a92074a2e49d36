import { connect } from 'node:net'

/** The servers that the tests of the stores use, each test in a table or under a prefix of its own. */
export const redisUrl = process.env.KOYWE_TEST_REDIS_URL ?? 'redis://127.0.0.1:6379'
export const postgresUrl =
  process.env.KOYWE_TEST_POSTGRES_URL ?? 'postgres://postgres@127.0.0.1:5432/test'

/** Returns whether something listens there. */
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
