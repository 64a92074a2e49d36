import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { koywe } from '../koywe.js'
import { afterwards, applicationOf, probe, secret, startInspecting } from './inspecting.js'

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

/** The process of the application, as it says itself. */
const pidOf = (stdout: string): number => Number(/.*probe (\d+) at/s.exec(stdout)?.[1])

describe.concurrent('koywe inspect -- command', () => {
  it('passes stdout on, tells the states truthfully, and ends with the exit code of the application', async () => {
    const inspecting = await startInspecting(['--', process.execPath, probe])
    const origin = await applicationOf(inspecting)
    expect(inspecting.stdout()).toContain(`at ${origin}\n`)
    await inspecting.act({ action: 'send', eventName: 'payment_created' })
    await inspecting.delivery(1)
    await fetch(`${origin}/end/7`)
    expect(await inspecting.ended).toBe(7)
    await inspecting.until('the end', () => inspecting.states.at(-1)?.state === 'gone')
    // Each once: a delivery where everybody knew the application to be is no news.
    const states = inspecting.states.map(({ state }) => state).filter((one) => one !== 'starting')
    expect(states).toEqual(['up', 'gone'])
    expect(inspecting.states.at(-1)?.sentence).toContain('with exit code 7')
  })

  it.each(['SIGTERM', 'SIGINT'] as const)('passes %s on, and its result', async (signal) => {
    const inspecting = await startInspecting(['--', process.execPath, probe])
    await inspecting.until('a pid', () => pidOf(inspecting.stdout()))
    inspecting.child.kill(signal)
    expect(await inspecting.ended).toBe(signal === 'SIGTERM' ? 143 : 130)
    expect(isAlive(pidOf(inspecting.stdout()))).toBe(false)
  })

  it('names every server, and once a delivery has come in, the one it came in at', async () => {
    const folder = await mkdtemp(join(import.meta.dirname, 'apps/two-'))
    afterwards(() => rm(folder, { recursive: true }))
    const file = join(folder, 'app.mjs')
    const metrics =
      "import { createServer } from 'node:http'\n" +
      "await new Promise((up) => createServer((_, response) => response.end('no receiver')).listen(0, '127.0.0.1', up))\n" +
      `await import(${JSON.stringify(probe)})\n`
    await writeFile(file, metrics)
    const inspecting = await startInspecting(['--', process.execPath, file])
    const { states, stdout, until } = inspecting
    const origin = await until('the receiver', () => /at (http:\S+)\n/.exec(stdout())?.[1])
    const both = await until('both', () => states.find(({ sentence }) => / and /.test(sentence)))
    expect(both.origin).not.toBe(origin)
    expect(both.sentence).toContain(`${both.origin} and ${origin}. Which one the receiver is`)
    const answer = await koywe(['send', 'payment_created', '--url', origin], {
      env: { KOYWE_WEBHOOK_SECRET: secret },
    })
    expect(answer.code).toBe(0)
    const known = await until('its origin', () => states.find((one) => one.origin === origin))
    expect(known).toMatchObject({ state: 'up', firstCommand: expect.stringContaining(origin) })
    expect(known.sentence).toMatch(new RegExp(`and ${origin}\\.$`))
  })

  it('stops what its command has left behind', async () => {
    const leave =
      `const child = require('node:child_process').spawn(process.execPath, [${JSON.stringify(probe)}]);` +
      "child.stdout.on('data', (text) => { process.stdout.write(text); process.exitCode = 3; setImmediate(process.exit) })"
    const args = ['--', process.execPath, '-e', leave]
    const inspecting = await startInspecting(args, { state: undefined })
    const pid = await inspecting.until('a pid', () => pidOf(inspecting.stdout()))
    expect(await inspecting.ended).toBe(3)
    expect(isAlive(pid)).toBe(false)
  })

  it('killed by SIGKILL, it leaves the application running, and the preload reports no more', async () => {
    const inspecting = await startInspecting(['--', process.execPath, probe])
    const origin = await applicationOf(inspecting)
    const pid = await inspecting.until('a pid', () => pidOf(inspecting.stdout()))
    afterwards(() => void process.kill(pid, 'SIGKILL'))
    const isSubscribed = async () => (await fetch(`${origin}/subscribed`)).json()
    expect(await isSubscribed()).toBe(true)
    inspecting.child.kill('SIGKILL')
    let subscribed: unknown = true
    for (let tries = 0; subscribed && tries < 100; tries++) {
      await delay(50)
      subscribed = await isSubscribed()
    }
    expect(subscribed).toBe(false)
    const answer = await koywe(['send', 'payment_created', '--url', origin], {
      env: { KOYWE_WEBHOOK_SECRET: secret },
    })
    expect(answer.code).toBe(0)
  })

  it('survives a restart under node --watch, and keeps the history', async () => {
    const folder = await mkdtemp(join(import.meta.dirname, 'apps/watched-'))
    afterwards(() => rm(folder, { recursive: true }))
    const file = join(folder, 'app.mjs')
    await copyFile(probe, file)
    const inspecting = await startInspecting(['--', process.execPath, '--watch', file])
    const { act, until, states, entries } = inspecting
    await act({ action: 'send', eventName: 'payment_created' })
    await writeFile(file, `throw new Error('broken');\n`)
    await until('a restart', () => states.at(-1)?.state === 'restarting')
    await writeFile(file, await readFile(probe))
    await until('up again', () => states.at(-1)?.state === 'up')
    expect(await act({ action: 'replay', number: 1, as: 'new' })).toEqual({ numbers: [2] })
    await until('two deliveries', () => entries.get(2)?.status === 200 && entries.get(1))
  })

  it('tells an application that listens at another address alone from a silent one', async () => {
    // A machine may have no network, so the server only says that it listens in one.
    const serve = `const server = require('node:http').createServer()
      server.address = () => ({ address: '192.0.2.1', family: 'IPv4', port: 3000 })
      server.listen(0, '127.0.0.1')`
    const { states } = await startInspecting(['--', process.execPath, '-e', serve])
    expect(states.at(-1)?.sentence).toContain('accepts connections, but not at 127.0.0.1')
    expect(states.at(-1)).not.toHaveProperty('origin')
  })

  it('says that an application is silent when nothing has reported', async () => {
    const idle = ['--', process.execPath, '-e', 'setInterval(() => {}, 1000)']
    const inspecting = await startInspecting(idle, { state: 'silent' })
    expect(inspecting.states.at(-1)?.sentence).toContain('--forward-to')
  })

  it('says what is wrong with a command, and with production', async () => {
    const missing = await koywe(['inspect', '--no-open', '--', 'no-such-command'])
    expect(missing).toMatchObject({ code: 2, stdout: '' })
    expect(missing.stderr).toContain('no-such-command could not be started')
    const args = ['inspect', '--', process.execPath, probe]
    const production = await koywe(args, { env: { NODE_ENV: 'production' } })
    expect(production).toMatchObject({ code: 2, stdout: '' })
    expect(production.stderr).toContain('NODE_ENV is production')
    const nothing = await koywe(['inspect'])
    expect(nothing.code).toBe(2)
    expect(nothing.stderr).toContain('koywe inspect -- npm run dev')
  })

  it('keeps NODE_OPTIONS, and gives stdout to --json alone', async () => {
    const code = 'console.log("to stdout", process.execArgv, process.env.NODE_OPTIONS)'
    const args = ['inspect', '--json', '--', process.execPath, '-e', code]
    const {
      code: exit,
      stdout,
      stderr,
    } = await koywe(args, {
      env: { NODE_OPTIONS: '--no-warnings' },
    })
    expect(exit).toBe(0)
    const lines = stdout.trim().split('\n')
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([
      { version: 1, kind: 'ready' },
      { version: 1, kind: 'application', state: 'starting' },
      { version: 1, kind: 'application', state: 'gone' },
    ])
    expect(stderr).toMatch(/to stdout.*--no-warnings --import=file:\/\//s)
  })
})
