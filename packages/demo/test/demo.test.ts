import { mkdtemp, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { badDeliveries } from '@x/koywe-core/testing'
import { type Ended, run } from '@x/koywe-testkit/run'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { play } from '../src/play.js'
import { createServerSettings } from '../src/server-settings.js'
import { isRight, type Row } from '../src/table.js'

const here = import.meta.dirname
const tsx = createRequire(import.meta.url).resolve('tsx/cli')

function demo(...args: string[]): Promise<Ended> {
  const command = [process.execPath, tsx, join(here, '../src/demo.ts'), ...args] as const
  return run({ command, folder: here, env: process.env }, 200_000)
}

let temporary: string

beforeAll(async () => {
  temporary = await mkdtemp(join(tmpdir(), 'koywe-demo-test-'))
})
afterAll(() => rm(temporary, { recursive: true, force: true }))

/** Plays against a server of a few lines, in place of an example. */
function playAgainst(script: string) {
  const command = ['node', '--input-type=module', '--eval', script] as const
  return play({ command, folder: here, env: process.env }, createServerSettings(temporary))
}

interface Script {
  /** Answers every delivery. */
  readonly delivery?: string
  /** Runs when a delivery has come. */
  readonly onDelivery?: string
  /** Answers every question. */
  readonly question?: string
}

const listeners = `console.log('event ' + event.eventName + ' order ' + event.orderId)`
const received = `response.end('{"received":true}')`

/** A server that answers all deliveries alike, and all questions. */
function server({
  delivery = received,
  onDelivery = '',
  question = `response.end('false')`,
}: Script): string {
  return `
    import { createServer } from 'node:http'
    const server = createServer(async (request, response) => {
      const text = (await request.toArray()).join('')
      if (request.url !== '/webhooks/koywe') {
        ${question}
        return
      }
      let event = {}
      try { event = Object(JSON.parse(text)) } catch {}
      ${onDelivery}
      ${delivery}
    }).listen(0, '127.0.0.1', () => console.log('listening on http://127.0.0.1:' + server.address().port))
  `
}

/** A table of ones and noughts is easier to compare with. */
const flags = (rows: readonly Row[]): number[] => rows.map((row) => (isRight(row) ? 1 : 0))
const conclusions = (rows: readonly Row[]) => rows.map(({ got }) => got[1])

describe.concurrent('pnpm demo', { timeout: 240_000 }, () => {
  it('ends with exit code 0 when every answer of the example is right', async () => {
    const { code, stdout } = await demo('express')
    expect(stdout).toContain('Every answer was the right one.')
    expect(stdout).not.toContain('✗')
    expect(stdout).toMatch(/✓ {2}an allowed user +200 true +allowed\n/)
    expect(stdout).toMatch(
      /✓ {2}an allowed user, while the users cannot be read +500 false +not allowed\n/,
    )
    expect(stdout).toContain('koywe check_failed: isAllowed threw SyntaxError')
    expect(stdout).not.toMatch(/^ *at /m)
    for (const { name } of badDeliveries) expect(stdout).toContain(`✓  ${name} `)
    expect(code).toBe(0)
  })

  it('ends with exit code 1 when the server has another secret, and shows what its log says of that', async () => {
    const { code, stdout } = await demo('--wrong-secret')
    expect(stdout).toMatch(/✗ {2}payment_created +401 /)
    expect(stdout).toContain('made this signature')
    expect(stdout).toMatch(/✗ {2}an allowed user +401 false +not allowed/)
    expect(stdout).toContain('koywe unauthorized: ')
    expect(code).toBe(1)
  })

  it('prints its help on --help, and ends with exit code 0', async () => {
    const { code, stdout, stderr } = await demo('--help')
    expect(stdout).toContain('Usage: pnpm demo [express')
    expect(stderr).toBe('')
    expect(code).toBe(0)
  })

  it('ends with exit code 2 and prints its help, without a stack trace, for an option that it does not know', async () => {
    const { code, stderr } = await demo('--nonsense')
    expect(stderr).toMatch(/^Usage: pnpm demo \[express/)
    expect(stderr).not.toMatch(/^ *at /m)
    expect(code).toBe(2)
  })

  it('ends with exit code 2 and says what it can play when it is asked for something else', async () => {
    const { code, stderr } = await demo('cobol')
    expect(stderr).toContain('pnpm demo [express')
    expect(code).toBe(2)
  })
})

describe.concurrent('a play', { timeout: 240_000 }, () => {
  it('finds fault with a server that accepts everything', async () => {
    const question = `response.end('true')`
    const report = await playAgainst(server({ onDelivery: listeners, question }))
    expect(report.right).toBe(false)
    expect(flags(report.deliveries)).toEqual([1, 1, 1, 1, 0, 0, 0, 0, 1])
    expect(flags(report.refusals)).toEqual(badDeliveries.map(() => 0))
    expect(flags(report.questions)).toEqual([1, 0, 0, 0, 0, 0])
  })

  it('finds fault with listeners that hear the right event of another order', async () => {
    const onDelivery = `console.log('event ' + event.eventName + ' order another')`
    const { deliveries } = await playAgainst(server({ onDelivery }))
    expect(deliveries[0]?.got).toEqual([
      '200 {"received":true}',
      'payment_created of order another…',
    ])
    expect(deliveries.some(isRight)).toBe(false)
  })

  it('finds fault with listeners that hear something after the last answer', async () => {
    const late = `process.once('SIGTERM', () => process.exit(console.log('event late order 1') ?? 0))`
    const { deliveries } = await playAgainst(server({ onDelivery: `${listeners}; ${late}` }))
    expect(deliveries.at(-1)).toMatchObject({ done: 'after the last answer' })
  })

  it('finds fault with a server whose no is a JSON string, which Koywe takes for a yes', async () => {
    const question = `response.setHeader('Content-Type', 'application/json').end('"false"')`
    const { questions, right } = await playAgainst(server({ question }))
    expect(right).toBe(false)
    expect(flags(questions)).toEqual([0, 0, 0, 0, 0, 0])
    expect(conclusions(questions)).toEqual(Array(6).fill('allowed'))
  })

  it('finds fault with a server that sends the asker to a login page, which Koywe takes for a yes', async () => {
    const question = `
      if (request.url === '/login') response.end('<h1>Log in</h1>')
      else response.writeHead(302, { Location: '/login' }).end()`
    const { questions } = await playAgainst(server({ question }))
    expect(questions[1]).toMatchObject({ got: ['200 <h1>Log in</h1>', 'allowed'] })
    expect(questions.some(isRight)).toBe(false)
  })

  it('finds fault with a server that says no to everyone, and with each status that is wrong', async () => {
    const { questions, right } = await playAgainst(server({}))
    expect(right).toBe(false)
    expect(conclusions(questions)).toEqual(Array(6).fill('not allowed'))
    expect(flags(questions)).toEqual([0, 1, 0, 0, 0, 0])
  })

  it('tells what a server wrote that ends before it listens', async () => {
    await expect(playAgainst(`throw new Error('no such port')`)).rejects.toThrow('no such port')
  })

  it('stops a server that does not want to be stopped', async () => {
    const onDelivery = `process.on('SIGTERM', () => {})`
    const { url, deliveries, stopped } = await playAgainst(
      server({ delivery: 'response.destroy()', onDelivery }),
    )
    expect(deliveries[0]?.got[0]).toContain('no answer')
    expect(stopped).toBe(false)
    await expect(fetch(url)).rejects.toThrow()
  })
})
