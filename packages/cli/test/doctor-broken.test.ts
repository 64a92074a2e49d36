import type { RunningServer } from '@x/koywe-testkit/listen'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { brokenServers } from './broken-servers.js'
import { type Examination, examine } from './run-doctor.js'

describe.each(brokenServers)('koywe doctor, when $name', ({ cause, cure, start }) => {
  let server: RunningServer
  let found: Examination
  beforeAll(async () => {
    server = await start()
    found = await examine(['--timeout', '2', `http://127.0.0.1:${server.port}`])
  })
  afterAll(() => server.close())

  it(`names ${cause} and its cure`, () => {
    expect(found).toMatchObject({ code: 1, version: 1, ok: false })
    expect(found.causes[0]).toBe(cause)
    const checks = found.checks.filter((check) => check.cause === cause)
    expect(checks.map((check) => check.cure)).toContainEqual(expect.stringMatching(cure))
  })
})
