import { createRequire } from 'node:module'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { play } from './play.js'
import { type Ended, run } from './run.js'
import { isRight } from './table.js'

const here = import.meta.dirname
const tsx = createRequire(import.meta.url).resolve('tsx/cli')

function demo(...args: string[]): Promise<Ended> {
  const command = [process.execPath, tsx, join(here, 'demo.ts'), ...args] as const
  return run({ command, folder: here, env: process.env }, 200_000)
}

/** Plays against a server of a few lines, in place of an example. */
function playAgainst(script: string) {
  const command = ['node', '--input-type=module', '--eval', script] as const
  return play({ command, folder: here, env: process.env }, 'a secret')
}

/** A server that answers every request alike and prints what it has heard. */
const server = (answer: string, print = ''): string => `
  import { createServer } from 'node:http'
  const server = createServer(async (request, response) => {
    const event = JSON.parse((await request.toArray()).join(''))
    ${print}
    ${answer}
  }).listen(0, '127.0.0.1', () => console.log('listening on http://127.0.0.1:' + server.address().port))
`
const print = `console.log('event ' + event.eventName + ' order ' + event.orderId)`
const received = `response.end('{"received":true}')`

describe('pnpm demo', { timeout: 240_000 }, () => {
  it('ends with exit code 0 when every answer of the example is right', async () => {
    const { code, stdout } = await demo('express')
    expect(stdout).toContain('Every answer was the right one.')
    expect(stdout).not.toContain('✗')
    expect(code).toBe(0)
  })

  it('ends with exit code 1 when the server has another secret, and shows what its log says of that', async () => {
    const { code, stdout } = await demo('--wrong-secret')
    expect(stdout).toMatch(/✗ {2}payment_created +401 /)
    expect(stdout).toContain('the secret is probably another one')
    expect(code).toBe(1)
  })

  it('ends with exit code 2 and says what it can play when it is asked for something else', async () => {
    const { code, stderr } = await demo('cobol')
    expect(stderr).toContain('pnpm demo [express')
    expect(code).toBe(2)
  })
})

describe('a play', { timeout: 240_000 }, () => {
  it('finds fault with a server that accepts everything', async () => {
    const report = await playAgainst(server(received, print))
    expect(report.right).toBe(false)
    expect(report.deliveries.map(isRight)).toEqual(
      [1, 1, 1, 1, 0, 0, 0, 0, 1].map((right) => right === 1),
    )
  })

  it('finds fault with listeners that hear the right event of another order', async () => {
    const printAnother = `console.log('event ' + event.eventName + ' order another')`
    const { deliveries } = await playAgainst(server(received, printAnother))
    expect(deliveries[0]?.got).toEqual([
      '200 {"received":true}',
      'payment_created of order another…',
    ])
    expect(deliveries.some(isRight)).toBe(false)
  })

  it('finds fault with listeners that hear something after the last answer', async () => {
    const printLate = `process.once('SIGTERM', () => process.exit(console.log('event late order 1') ?? 0))`
    const { deliveries } = await playAgainst(server(received, `${print}; ${printLate}`))
    expect(deliveries.at(-1)).toMatchObject({ done: 'after the last answer' })
  })

  it('tells what a server wrote that ends before it listens', async () => {
    await expect(playAgainst(`throw new Error('no such port')`)).rejects.toThrow('no such port')
  })

  it('stops a server that does not want to be stopped', async () => {
    const stubborn = server(`response.destroy()`, `process.on('SIGTERM', () => {})`)
    const { url, deliveries } = await playAgainst(stubborn)
    expect(deliveries[0]?.got[0]).toContain('no answer')
    await expect(fetch(url)).rejects.toThrow()
  })
})
