import { createHash, randomBytes } from 'node:crypto'
import { send } from '@x/koywe-testkit/wire'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Api, apis, keepsEnough, type Receiving } from './apis.js'
import { type Application, type Arrival, createApplication, uploadPath } from './application.js'
import type { Mount } from './mount.js'

/** Paths that are not `path` wherever the handler or a router compares it. */
const otherPaths = (path: string): string[] => [
  `${path}X`,
  `/x${path}`,
  path.slice(0, path.lastIndexOf('/')),
  '/other',
  '/',
]

/** Spellings that a router may take for `path`, and that are other paths to the letter. */
const otherSpellings = (path: string): string[] => [
  `${path}/`,
  `${path}/more`,
  path.toUpperCase(),
  path.replace(/[^/]+/, (segment) => segment.toUpperCase()),
  path.replace(/[^/](?=[^/]*$)/, (letter) => `%${letter.charCodeAt(0).toString(16)}`),
  path.replace(/\/(?=[^/]*$)/, '%2f'),
  `/${path}`,
  `/x/..${path}`,
  `/?${path}`,
]

const upload = randomBytes(10 * 1024 * 1024)
const uploadSum = `${upload.length} ${createHash('sha256').update(upload).digest('hex')}`

/** Sends what is for the application at every mount, and expects it there, untouched. */
export function describePassingOn(mounts: readonly Mount[]): void {
  for (const mount of mounts) {
    describe.concurrent(mount.name, () => {
      for (const api of apis) {
        describe.sequential(`${api.name}: passes on what is not ours`, () => passOnAt(mount, api))
      }
    })
  }
}

function passOnAt(mount: Mount, api: Api): void {
  const path = mount.pathOf(api.defaultPath)
  const isGenuine = keepsEnough(mount, api.needs)
  const heard: unknown[] = []
  let server: Receiving
  let application: Application

  beforeAll(async () => {
    application = createApplication()
    server = await api.start(mount, { logger: false }, application)
    server.onAny((event) => heard.push(event))
  })
  afterAll(() => server.close())

  /** What reaches the application while something is done. */
  async function arrivalsOf(act: () => Promise<unknown>): Promise<readonly Arrival[]> {
    const before = application.arrivals.length
    await act()
    return application.arrivals.slice(before)
  }

  async function expectToPass(to: string): Promise<void> {
    const arrivals = await arrivalsOf(() =>
      send(server.port, { path: to, ...api.signed(api.event()) }),
    )
    expect(arrivals, to).toMatchObject([{ method: 'POST', url: to }])
  }

  // Some routers answer OPTIONS themselves.
  const methods = ['GET', 'HEAD', 'PUT', 'PATCH', 'DELETE', ...(mount.exact ? ['OPTIONS'] : [])]
  it.each(methods)('%s on its path', async (method) => {
    const bodiless = method === 'GET' || method === 'HEAD'
    const content = bodiless ? {} : api.signed(api.event())
    const url = `http://127.0.0.1:${server.port}${path}`
    const arrivals = await arrivalsOf(() => fetch(url, { method, ...content }))
    expect(arrivals).toMatchObject([{ method, url: path }])
  })

  const others = [...otherPaths(path), ...(mount.exact ? otherSpellings(path) : [])]
  it.each(others)('POST %s', async (other) => {
    await expectToPass(other)
  })

  it('what comes to a route of the application that has called next, each time', async () => {
    await expectToPass('/orders')
    await expectToPass('/orders')
  })

  // A parser in front has limits of its own.
  if (mount.parser === undefined) {
    it('an upload of 10 MB, with its length and in chunks, byte for byte', async () => {
      const url = `http://127.0.0.1:${server.port}${uploadPath}`
      const headers = { 'Content-Type': 'application/octet-stream' }
      for (const body of [upload, new Blob([upload]).stream()]) {
        const arrivals = await arrivalsOf(() =>
          fetch(url, { method: 'POST', headers, body, duplex: 'half' }),
        )
        expect(arrivals).toMatchObject([{ method: 'POST', url: uploadPath, upload: uploadSum }])
        if (mount.exact) expect(arrivals[0]?.unread).toBe(true)
      }
    })
  }

  it('and still answers what is ours, with a query or without', async () => {
    const before = heard.length
    for (const to of [path, `${path}?from=koywe`]) {
      const arrivals = await arrivalsOf(async () => {
        const response = await send(server.port, { path: to, ...api.signed(api.event()) })
        expect(response).toMatchObject(
          isGenuine
            ? { status: 200, body: '{"received":true}' }
            : { status: 500, body: '{"error":"body_consumed"}' },
        )
      })
      expect(arrivals).toEqual([])
    }
    expect(before).toBe(0)
    expect(heard).toHaveLength(isGenuine ? 2 : 0)
  })
}
