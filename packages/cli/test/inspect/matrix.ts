import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { request } from 'node:http'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as delay } from 'node:timers/promises'
import { signEvent } from '@x/koywe-core/testing'
import { environment } from '@x/koywe-testkit/environment'
import { program } from '../koywe.js'

export const frameworks = ['express', 'koa', 'fastify', 'nest'] as const
export const starts = ['node', 'npm run', 'tsx', 'node --watch'] as const
export const formats = ['esm', 'cjs'] as const

/** One way to start one application. */
export interface Cell {
  readonly framework: (typeof frameworks)[number]
  readonly start: (typeof starts)[number]
  readonly format: (typeof formats)[number]
}

const secret = 'the secret of the matrix'
const folder = join(import.meta.dirname, 'apps')
const tsx = createRequire(import.meta.url).resolve('tsx/cli')

/** The command of a cell, with the Node that is first in the path. */
export function commandOf({ framework, start, format }: Cell): readonly string[] {
  const file = format === 'esm' ? 'app.mjs' : 'app.cjs'
  if (start === 'npm run') return ['npm', 'run', '--silent', format, '--', framework]
  if (start === 'tsx') return ['node', tsx, file, framework]
  return ['node', ...(start === 'node --watch' ? ['--watch'] : []), file, framework]
}

/**
 * Inspects one application, delivers one event, and returns what is wrong, or `undefined`.
 *
 * @param path Where the Node to use is looked for first.
 */
export async function tryCell(cell: Cell, path?: string): Promise<string | undefined> {
  const shell = environment()
  const child = spawn('node', [program, 'inspect', '--json', '--', ...commandOf(cell)], {
    cwd: folder,
    env: {
      ...shell,
      KOYWE_WEBHOOK_SECRET: secret,
      ...(path !== undefined && { PATH: `${path}:${shell.PATH}` }),
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const ended = once(child, 'close')
  const messages: Record<string, unknown>[] = []
  let text = ''
  createInterface(child.stdout).on('line', (line) => messages.push(JSON.parse(line)))
  child.stderr.on('data', (piece) => {
    text += piece
  })
  const wait = async (kind: string, fits: (message: Record<string, unknown>) => boolean) => {
    const deadline = performance.now() + 60_000
    while (performance.now() < deadline) {
      const found = messages.find((message) => message.kind === kind && fits(message))
      if (found) return found
      if (child.exitCode !== null) break
      await delay(20)
    }
    throw new Error(`no ${kind}: ${JSON.stringify(messages)} ${text}`)
  }
  try {
    const { origin } = await wait('application', ({ state }) => state === 'up')
    const fields = { eventName: 'ping', orderId: 'o-1', timeStamp: new Date().toISOString() }
    await deliver(String(origin), signEvent(fields, secret))
    await deliver(String(origin), signEvent(fields, 'another'))
    await wait('delivery', ({ status, verified }) => status === 200 && verified === true)
    await wait('delivery', ({ code, reason }) => code === 'invalid_signature' && Boolean(reason))
    return undefined
  } catch (error) {
    return String(error)
  } finally {
    child.kill('SIGTERM')
    await ended
  }
}

async function deliver(origin: string, body: string): Promise<void> {
  const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }
  const sent = request(`${origin}/webhooks/koywe`, { method: 'POST', headers, agent: false })
  sent.end(body)
  const [response] = await once(sent, 'response')
  response.resume()
}
