import type { RequestListener, ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { text } from 'node:stream/consumers'
import { setTimeout as delay } from 'node:timers/promises'
import { koyweWebhooks } from '@x/koywe-express'
import { environment } from '@x/koywe-testkit/environment'
import { listen } from '@x/koywe-testkit/listen'
import { signalGroup, spawnGroup } from '@x/koywe-testkit/process-group'
import { sign } from '@x/koywe-testkit/sign'
import express from 'express'
import { afterEach, describe, expect, it } from 'vitest'
import { koywe, koyweOnTerminal, program } from './koywe.js'
import { frameworks, secret } from './servers.js'

const env = { KOYWE_WEBHOOK_SECRET: secret }
const closers: (() => Promise<unknown>)[] = []

afterEach(async () => {
  await Promise.all(closers.splice(0).map((close) => close()))
})

const storm = (...args: string[]) => koywe(['storm', ...args], { env })

/** Starts a storm that the test interferes with. */
function start(...args: string[]) {
  const command = [process.execPath, program, 'storm', ...args] as const
  return spawnGroup({ command, folder: tmpdir(), env: { ...environment(), ...env } })
}

async function serve(app: RequestListener): Promise<string> {
  const { port, close } = await listen(app)
  closers.push(close)
  return `http://127.0.0.1:${port}`
}

interface Line {
  readonly type: string
  readonly kind: string
  readonly name: string
  readonly wrong: number
  readonly sent: number
  readonly answered: number
  readonly deliveries: number
  readonly latency: { readonly p50: number; readonly p90: number; readonly max: number }
  readonly latestMs: number
  readonly counts: readonly {
    readonly kind: string
    readonly right: boolean
    readonly count: number
  }[]
}

function linesOf(stdout: string): { wrong: readonly Line[]; report: Line; lines: readonly Line[] } {
  const lines = stdout
    .trim()
    .split('\n')
    .map((line): Line & { version: number } => JSON.parse(line))
  for (const { version } of lines) expect(version).toBe(1)
  const report = lines.at(-1)
  if (report?.type !== 'report') throw new Error(`there is no report:\n${stdout}`)
  return { lines, wrong: lines.filter(({ type }) => type === 'wrong'), report }
}

const countOf = (report: Line, kind: string): number =>
  report.counts.find((one) => one.kind === kind)?.count ?? 0

/** A server by hand, which is told the body of each request. */
function byHand(answer: (response: ServerResponse, body: string) => void): RequestListener {
  return async (request, response) => answer(response, await text(request))
}

/** Whether Koywe has signed it, by the independent signer. */
function isGenuine(body: string): boolean {
  try {
    const { signature: _, ...payload } = JSON.parse(body)
    return sign(payload, secret) === body
  } catch {
    // It is nested too deeply to be written out again.
    return false
  }
}

function reply(response: ServerResponse, status: number, body: object | string): void {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  response.writeHead(status, { 'content-length': Buffer.byteLength(text) }).end(text)
}

const few = ['--rate', '150', '--orders', '15', '--copies', '0.5', '--forged', '0.3', '--seed', '7']

describe('koywe storm', () => {
  it.each(Object.entries(frameworks))('finds nothing wrong with %s', async (_, serveOn) => {
    const { origin, handled, close } = await serveOn()
    closers.push(close)
    const { code, stdout, stderr } = await storm(origin, ...few, '--json')
    const { report, wrong } = linesOf(stdout)
    expect(wrong).toEqual([])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(report.answered).toBe(report.deliveries)
    expect(countOf(report, 'handled')).toBe(handled.length)
    expect(countOf(report, 'forgery refused')).toBeGreaterThan(3)
    expect(countOf(report, 'duplicate') + countOf(report, 'in progress')).toBeGreaterThan(10)
    expect(report.counts.reduce((sum, { count }) => sum + count, 0)).toBe(report.sent)
  })

  it('reports the duplicates that a broken store causes, each by name', async () => {
    const claim = { state: 'claimed', async complete() {}, async release() {} } as const
    const times = new Map<string, number>()
    const webhooks = koyweWebhooks(secret, {
      logger: false,
      dedupe: { claim: async () => claim },
    }).onAny(({ eventName, orderId }) => {
      const name = `${eventName} of order ${orderId}`
      times.set(name, (times.get(name) ?? 0) + 1)
    })
    const app = express()
    app.use(webhooks)
    const { code, stdout } = await storm(await serve(app), ...few)
    expect(code).toBe(1)
    const repeated = [...times].filter(([, count]) => count > 1)
    expect(repeated.length).toBeGreaterThan(5)
    const named = stdout.split('\n').filter((line) => line.includes('was handled again'))
    expect(named).toHaveLength(repeated.reduce((sum, [, count]) => sum + count - 1, 0))
    for (const [name] of repeated) {
      expect(named.some((line) => line.startsWith(`  ${name} `))).toBe(true)
    }
    expect(stdout).toMatch(new RegExp(`handled again +${named.length} +WRONG`))
    expect(stdout).toContain(`${named.length} wrong answers:`)
    expect(stdout).toContain('Keep deduplication on')
  })

  it('reports each forgery that was accepted', async () => {
    const seen = new Set<string>()
    let accepted = 0
    const url = await serve(
      byHand((response, body) => {
        if (!isGenuine(body)) accepted++
        const duplicate = seen.has(body)
        seen.add(body)
        reply(response, 200, duplicate ? { received: true, duplicate } : { received: true })
      }),
    )
    const { code, stdout } = await storm(url, ...few, '--json')
    const { wrong } = linesOf(stdout)
    expect(code).toBe(1)
    expect(accepted).toBeGreaterThan(3)
    expect(wrong).toHaveLength(accepted)
    for (const { kind, name } of wrong) {
      expect(kind).toBe('forgery accepted')
      expect(name).toMatch(/^forgery \(.+\) for order [\da-f-]{36}$/)
    }
  })

  it('reports events that are answered as duplicates though they are new', async () => {
    const url = await serve(
      byHand((response) => reply(response, 200, { received: true, duplicate: true })),
    )
    const { code, stdout } = await storm(url, '--rate', '100', '--orders', '3', '--forged', '0')
    expect(code).toBe(1)
    expect(stdout).toContain('was not handled: ')
    expect(stdout).toContain('If it has had this seed before, restart it or leave out --seed.')
  })

  it('reports a copy that is answered as in progress after the event was handled', async () => {
    const seen = new Set<string>()
    const url = await serve(
      byHand((response, body) => {
        if (seen.has(body)) return reply(response, 503, { error: 'in_progress' })
        seen.add(body)
        reply(response, 200, { received: true })
      }),
    )
    const { code, stdout } = await storm(
      url,
      '--rate',
      '50',
      '--orders',
      '6',
      '--copies',
      '1',
      '--forged',
      '0',
      '--seed',
      '3',
      '--json',
    )
    expect(code).toBe(1)
    expect(linesOf(stdout).wrong.map(({ kind }) => kind)).toContain('in progress forever')
  })

  it('says what a code means when the server has another secret', async () => {
    const app = express()
    app.use(koyweWebhooks('another secret', { logger: false }))
    const { code, stdout } = await storm(await serve(app), ...few)
    expect(code).toBe(1)
    expect(stdout).toMatch(/401 invalid_signature +\d+ +WRONG/)
    expect(stdout).toMatch(/forgery refused +\d+ +right/)
    expect(stdout.match(/is KOYWE_WEBHOOK_SECRET the same here and there\?/g)).toHaveLength(1)
  })

  it('shows what a server answered instead, without its control characters', async () => {
    const url = await serve(
      byHand((response) => reply(response, 500, '\u0007\u001b[31mOh no\u001b[0m')),
    )
    const { code, stdout, stderr } = await storm(url, '--orders', '1', '--copies', '0')
    expect(code).toBe(1)
    expect(stdout).toMatch(/was answered 500 Oh no\n/)
    expect(stdout + stderr).not.toMatch(/(?!\n)\p{Cc}/u)
    expect(stdout + stderr).not.toContain(secret)
  })

  it('counts latency from the time a delivery was due, also when the storm itself stood still', async () => {
    let requests = 0
    const app = express()
    app.use((_request, _response, next) => {
      requests++
      next()
    })
    app.use(koyweWebhooks(secret, { logger: false }).onAny(() => {}))
    const url = await serve(app)
    const child = start(url, '--rate', '50', '--orders', '25', '--json')
    const stdout = text(child.stdout)
    while (requests < 10) await delay(5)
    signalGroup(child, 'SIGSTOP')
    await delay(1000)
    signalGroup(child, 'SIGCONT')
    const { report } = linesOf(await stdout)
    // Some fifty were due meanwhile, and only a few were under way.
    expect(report.latency.p90).toBeGreaterThan(400)
    expect(report.latestMs).toBeGreaterThan(800)
  })

  it('keeps sending while a server is slow, and says how long answers took', async () => {
    let busy: Promise<unknown> = Promise.resolve()
    const webhooks = koyweWebhooks(secret, { logger: false, timeoutMs: 60_000 })
    // One listener at a time: 40 a second, while 100 a second arrive.
    webhooks.onAny(() => {
      busy = busy.then(() => delay(25))
      return busy.then(() => {})
    })
    const app = express()
    app.use(webhooks)
    const url = await serve(app)
    const { stdout } = await storm(
      url,
      '--rate',
      '100',
      '--duration',
      '1',
      '--copies',
      '0',
      '--forged',
      '0',
      '--json',
    )
    const { report } = linesOf(stdout)
    expect(report.sent).toBe(100)
    expect(report.wrong).toBe(0)
    // The last of them waits for 2.5 s of work, and was due after 1 s.
    expect(report.latency.max).toBeGreaterThan(1300)
    expect(report.latency.p50).toBeGreaterThan(500)
  })

  it('sends the same requests for the same seed, signed as Koywe signs', async () => {
    const received: string[] = []
    const url = await serve(
      byHand((response, body) => {
        received.push(body)
        reply(response, 200, { received: true })
      }),
    )
    const requestsOf = async (...args: string[]) => {
      received.length = 0
      await storm(url, '--rate', '200', '--orders', '10', '--forged', '1', ...args)
      return received.splice(0).sort()
    }
    const first = await requestsOf('--seed', '11')
    expect(first.filter(isGenuine).length).toBeGreaterThan(20)
    expect(first.length - first.filter(isGenuine).length).toBeGreaterThan(10)
    expect(await requestsOf('--seed', '11')).toEqual(first)
    expect(await requestsOf('--seed', '12')).not.toEqual(first)
  })

  it('prints the command that repeats it', async () => {
    const url = await serve(byHand((response) => reply(response, 200, { received: true })))
    const { stdout, stderr } = await storm(url, '--rate', '200', '--orders', '2')
    const [, seed] = /seed (\d+)/.exec(stderr) ?? []
    expect(stdout).toContain(
      `Again: koywe storm ${url}/webhooks/koywe --rate 200 --orders 2 --copies 0.2 --disorder 0.1 --forged 0.05 --seed ${seed}`,
    )
  })

  it('ends with 3 and one line where nothing listens', async () => {
    const { port, close } = await listen(() => {})
    await close()
    const { code, stdout, stderr } = await storm(`http://127.0.0.1:${port}`)
    expect(code).toBe(3)
    expect(stdout).toBe('')
    expect(stderr).toContain(`koywe: nothing listens on 127.0.0.1:${port}`)
    expect(stderr).not.toContain('    at ')
  })

  it('ends with 3 where TLS fails, and where nothing is answered', async () => {
    const url = await serve(() => {})
    const tls = await storm(url.replace('http:', 'https:'), '--json')
    expect(tls.code).toBe(3)
    expect(JSON.parse(tls.stderr)).toMatchObject({ version: 1, error: { code: 'tls' } })
    const silent = await storm(url, '--rate', '100', '--orders', '2', '--timeout', '1')
    expect(silent.code).toBe(3)
    expect(silent.stderr).not.toContain('    at ')
  })

  it('bears a server that never ends an answer, and one that resets connections', async () => {
    let requests = 0
    const url = await serve((request, response) => {
      request.resume()
      if (++requests % 2 === 0) return request.socket.destroy()
      const pour = () => response.write('x'.repeat(1000), () => setImmediate(pour))
      pour()
    })
    const { code, stdout } = await storm(
      url,
      '--rate',
      '50',
      '--orders',
      '2',
      '--forged',
      '0',
      '--json',
    )
    const { wrong } = linesOf(stdout)
    expect(code).toBe(1)
    expect(new Set(wrong.map(({ kind }) => kind))).toEqual(new Set(['200', 'no answer']))
  })

  it('prints what it knows when it is interrupted, and ends with 130', async () => {
    let requests = 0
    const url = await serve(
      byHand((response) => {
        // The tenth is never answered.
        if (++requests !== 10) reply(response, 200, { received: true })
      }),
    )
    const child = start(url, '--rate', '50', '--duration', '60', '--copies', '0', '--forged', '0')
    const stdout = text(child.stdout)
    const code = new Promise((resolve) => child.once('exit', resolve))
    while (requests < 15) await delay(5)
    signalGroup(child, 'SIGINT')
    expect(await stdout).toMatch(/^Interrupted after \d+ deliveries/)
    expect(await stdout).toContain('Every answer was right.')
    expect(await code).toBe(130)
  })

  it('shows a progress bar on a terminal only', async () => {
    const url = await serve(byHand((response) => reply(response, 200, { received: true })))
    const flags = [url, '--rate', '50', '--orders', '5', '--copies', '0', '--forged', '0']
    const onTerminal = await koyweOnTerminal(['storm', ...flags], { env })
    expect(onTerminal.code).toBe(0)
    expect(onTerminal.stdout).toMatch(/\d+ of \d+ answers/)
    const inPipe = await storm(...flags)
    expect(inPipe.stderr.trim().split('\n')).toHaveLength(1)
  })

  it.each([
    ['another host without consent', ['http://example.com'], /--i-own-this-server/],
    ['a rate of zero', ['--rate', '0'], /--rate/],
    ['a share above 1', ['--copies', '2'], /--copies/],
    ['a seed with a letter', ['--seed', '1x'], /--seed/],
    ['orders with a duration', ['--orders', '3', '--duration', '4'], /--duration/],
    ['an unknown option', ['--ordres', '3'], /--orders/],
  ])('refuses %s with exit code 2', async (_, args, reason) => {
    const { code, stdout, stderr } = await storm(...args)
    expect(code).toBe(2)
    expect(stdout).toBe('')
    expect(stderr).toMatch(reason)
    expect(stderr).not.toContain('    at ')
  })
})
