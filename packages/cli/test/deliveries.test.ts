import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { jsonLines, koywe, koyweOnTerminal } from './koywe.js'
import { frameworks, type Served, secret, token } from './servers.js'

const env = { KOYWE_WEBHOOK_SECRET: secret, KOYWE_CALLBACK_TOKEN: token }

describe.each(Object.entries(frameworks))('against %s', (_name, start) => {
  let server: Served
  let url: string

  beforeAll(async () => {
    server = await start()
    url = `${server.origin}/webhooks/koywe`
  })
  afterAll(() => server.close())

  const send = (...args: string[]) =>
    koywe(['send', 'crypto_delivered', '--url', url, ...args], { env })

  it('send shows the answer, and the listener has heard of the event with its fields', async () => {
    const ended = await send(
      ...['--order', 'o-1', '--external-id', 'mine', '--at', '2026-01-31T12:00:00Z'],
      ...['--field', 'note=5', '--field', 'amount:={"clp":5}', '--pretty'],
    )
    expect(ended).toMatchObject({ code: 0, stderr: '' })
    expect(ended.stdout).toContain('crypto_delivered of order o-1')
    expect(ended.stdout).toContain('200 {"received":true}')
    expect(server.handled).toContainEqual({
      eventName: 'crypto_delivered',
      orderId: 'o-1',
      externalId: 'mine',
      timeStamp: '2026-01-31T12:00:00.000Z',
      note: '5',
      amount: { clp: 5 },
    })
  })

  it('a URL without a path is that of the default path', async () => {
    const ended = await koywe(['send', 'ping', '--url', server.origin, '--json'], { env })
    expect(ended).toMatchObject({ code: 0, stderr: expect.stringContaining('koywe events') })
    expect(jsonLines(ended.stdout)).toMatchObject([{ url, status: 200 }])
  })

  it('send --twice and --concurrent show the duplicates, and the event is handled once', async () => {
    const ended = await send('--order', 'twice', '--twice', '--json')
    expect(ended).toMatchObject({ code: 0, stderr: '' })
    expect(jsonLines(ended.stdout)).toMatchObject([
      { version: 1, orderId: 'twice', status: 200, body: { received: true }, right: true },
      { version: 1, status: 200, body: { received: true, duplicate: true }, right: true },
    ])
    const { code, stdout } = await send('--order', 'at once', '--concurrent', '3', '--json')
    expect(code).toBe(0)
    expect(jsonLines(stdout)).toHaveLength(3)
    const orders = server.handled.map((event) => Reflect.get(event, 'orderId'))
    expect(orders.filter((order) => order === 'twice')).toHaveLength(1)
    expect(orders.filter((order) => order === 'at once')).toHaveLength(1)
  })

  it.each([
    ['--tamper', 'invalid_signature'],
    ['--wrong-secret', 'invalid_signature'],
    ['--unsigned', 'missing_signature'],
  ])('send %s is refused, says why, and ends with 0 as that is right', async (flag, code) => {
    const ended = await send(flag, '--order', flag)
    expect(ended).toMatchObject({ code: 0, stderr: '' })
    expect(ended.stdout).toMatch(
      new RegExp(`401 \\{"error":"${code}"\\}.*\n  .+\n  → That is right`),
    )
    expect(server.handled).not.toContainEqual(expect.objectContaining({ orderId: flag }))
  })

  it('send with another secret than the server has is refused, and ends with 1', async () => {
    const other = { KOYWE_WEBHOOK_SECRET: 'another' }
    const ended = await koywe(['send', 'crypto_delivered', '--url', url], { env: other })
    expect(ended.code).toBe(1)
    expect(ended.stdout).toContain('is KOYWE_WEBHOOK_SECRET the same here and there?')
  })

  it('order plays a life as a timeline', async () => {
    const ended = await koywe(
      [
        ...['order', 'on-ramp', '--url', url, '--json', '--late', 'payment_received'],
        ...['--twice', 'crypto_delivered', '--skip', 'payment_created'],
      ],
      { env },
    )
    expect(ended).toMatchObject({ code: 0, stderr: '' })
    expect(jsonLines(ended.stdout)).toMatchObject([
      { eventName: 'crypto_tx_sent', status: 200 },
      { eventName: 'crypto_delivered', status: 200, body: { received: true } },
      { eventName: 'crypto_delivered', mark: 'again', body: { duplicate: true } },
      { eventName: 'payment_received', mark: 'late', status: 200 },
    ])
    const timeline = await koywe(['order', 'refund', '--url', url], { env })
    expect(timeline).toMatchObject({ code: 0, stderr: '' })
    expect(timeline.stdout).toMatch(/^\+4 min +refund_delivered +200 \{"received":true\}/m)
  })

  it('order --seed chooses the same disorder again', async () => {
    const play = async () => {
      const args = ['order', 'refund', '--url', url, '--seed', '7', '--json']
      const { stdout } = await koywe(args, { env })
      return jsonLines(stdout).map(({ eventName, mark }) => `${eventName} ${mark}`)
    }
    const first = await play()
    expect(first).toHaveLength(6)
    expect(first.join()).toContain('late')
    expect(await play()).toEqual(first)
  })

  it('auth shows the answer and what Koywe would conclude', async () => {
    const ask = (...args: string[]) => koywe(['auth', server.origin, ...args], { env })
    const yes = await ask('--email', 'ana@example.com')
    expect(yes).toEqual({
      code: 0,
      stderr: '',
      stdout: '200 true\nKoywe would conclude: allowed\n',
    })
    const no = await ask('--email', 'bob@example.com', '--json')
    expect(no.code).toBe(0)
    expect(jsonLines(no.stdout)).toMatchObject([
      { version: 1, status: 200, body: false, koyweConcludes: false, right: true },
    ])
    expect((await ask('--email', 'ana@example.com', '--stranger')).code).toBe(0)
    const refused = await ask('--email', 'ana@example.com', '--bearer', 'wrong')
    expect(refused.code).toBe(1)
    expect(refused.stdout).toContain('does not recognise the caller')
    const otherField = await ask('--email', 'ana@example.com', '--field', 'document')
    expect(otherField.code).toBe(1)
    expect(otherField.stdout).toContain('finds no user in the question')
  })

  it('a terminal gets colours, unless it does not want them', async () => {
    const args = ['send', 'crypto_delivered', '--url', url]
    const coloured = await koyweOnTerminal(args, { env })
    expect(coloured.code).toBe(0)
    expect(coloured.stdout).toContain('\x1b[32m200\x1b[39m {"received":true}')
    const plain = await koyweOnTerminal(args, { env: { ...env, NO_COLOR: '1' } })
    expect(plain.stdout).toContain('200 {"received":true}')
    expect(plain.stdout).not.toContain('\x1b[')
    const json = await koyweOnTerminal([...args, '--json'], { env })
    expect(jsonLines(json.stdout)).toMatchObject([{ version: 1, status: 200 }])
  })
})
