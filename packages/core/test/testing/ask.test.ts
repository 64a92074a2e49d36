import type { RequestListener } from 'node:http'
import { listen } from '@x/koywe-testkit/listen'
import axios from 'axios'
import { describe, expect, it } from 'vitest'
import {
  apiKey,
  basic,
  bearer,
  bodySignature,
  type CallerCheck,
  createKoyweAuthCallback,
} from '../../src/index.js'
import { type AskOptions, ask } from '../../src/testing.js'
import { serving } from '../serving.js'

const pair = { username: 'koywe', password: 'p:ñ' }

function callback(auth: CallerCheck): RequestListener {
  const isAllowed = ({ user }: { user: string }) => user === 'yes@example.com'
  return serving(createKoyweAuthCallback({ auth, isAllowed, field: 'user', logger: false }))
}

describe.each<[string, CallerCheck, AskOptions]>([
  ['bearer', bearer('token'), { bearer: 'token' }],
  ['basic', basic(pair), { basic: pair }],
  ['apiKey', apiKey('x-key', 'k'), { apiKey: { header: 'X-Key', value: 'k' } }],
  ['bodySignature', bodySignature('s'), { bodySignature: 's' }],
])('with %s', (_name, auth, credential) => {
  it('asks as Koywe does', async () => {
    const options = { ...credential, field: 'user' }
    const yes = { status: 200, body: true, koyweConcludes: true }
    expect(await ask(callback(auth), 'yes@example.com', options)).toEqual(yes)
    const no = { status: 200, body: false, koyweConcludes: false }
    expect(await ask(callback(auth), 'no@example.com', options)).toEqual(no)
    const stranger = { status: 401, body: false, koyweConcludes: false }
    expect(await ask(callback(auth), 'yes@example.com', { field: 'user' })).toEqual(stranger)
  })
})

const answers: [string, RequestListener][] = [
  ['true', (_, response) => response.end('true')],
  ['false', (_, response) => response.end('false')],
  ['"false"', (_, response) => response.end('"false"')],
  ['{"allowed":false}', (_, response) => response.end('{"allowed":false}')],
  ['[]', (_, response) => response.end('[]')],
  ['no', (_, response) => response.end('no')],
  ['null', (_, response) => response.end('null')],
  ['0', (_, response) => response.end('0')],
  ['""', (_, response) => response.end('""')],
  ['nothing', (_, response) => response.end()],
  ['a byte order mark and false', (_, response) => response.end('\ufefffalse')],
  ['204', (_, response) => response.writeHead(204).end()],
  ['401 true', (_, response) => response.writeHead(401).end('true')],
  ['500 true', (_, response) => response.writeHead(500).end('true')],
  ['302 without an address', (_, response) => response.writeHead(302).end('true')],
  ...[301, 302, 303, 307, 308].map((status): [string, RequestListener] => [
    `${status} to a login page`,
    ({ url, method }, response) =>
      url === '/koywe/auth'
        ? response.writeHead(status, { location: '/login' }).end()
        : response.end(method === 'GET' || status > 303 ? '<html>' : 'false'),
  ]),
]

it.each(answers)('concludes from %s what axios and truthiness do', async (_name, app) => {
  const server = await listen(app)
  const url = `http://127.0.0.1:${server.port}/koywe/auth`
  try {
    const koywes = await axios.post(url, { email: 'a@example.com' }).then(
      ({ data }) => Boolean(data),
      () => false,
    )
    const { koyweConcludes } = await ask(url, 'a@example.com')
    expect(koyweConcludes).toBe(koywes)
  } finally {
    await server.close()
  }
})
