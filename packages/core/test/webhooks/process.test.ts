import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

/** Runs a script in its own process with the built package. Returns what it printed and how it ended. */
async function run(script: string) {
  const prelude = `
    import { createKoyweWebhooks } from '@x/koywe-core'
    import { exampleEvents, signEvent } from '@x/koywe-core/testing'
    const secret = 'process-test-secret'
    const requestOf = (body) => ({ method: 'POST', url: '/', headers: {}, rawHeaders: [], body: async () => ({ text: body }) })
    const body = signEvent(exampleEvents.crypto_delivered, secret)
  `
  const child = spawn(process.execPath, ['--input-type=module', '--eval', prelude + script], {
    // A package can import itself by its own name.
    cwd: join(import.meta.dirname, '../..'),
    timeout: 30_000,
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      output += chunk
    })
  }
  const [code] = await once(child, 'close')
  return { code, output: output.trim() }
}

const timeout = 40_000

describe('the process', () => {
  it.each([
    ['throws', '() => { throw new Error("sync") }'],
    ['rejects', 'async () => { throw new Error("async") }'],
    ['throws null', '() => { throw null }'],
    [
      'rejects after the time limit',
      '() => new Promise((_, no) => setTimeout(no, 60, new Error("late")))',
    ],
    ['returns a thenable that throws', '() => ({ get then() { throw new Error("getter") } })'],
  ])('keeps running when a listener %s', { timeout }, async (_name, listener) => {
    const { code, output } = await run(`
      const webhooks = createKoyweWebhooks(secret, { timeoutMs: 30, logger: false }).onAny(${listener})
      const { status } = await webhooks.handle(requestOf(body))
      await new Promise((resolve) => setTimeout(resolve, 120))
      console.log('alive', status >= 500)
    `)
    expect({ code, output }).toEqual({ code: 0, output: 'alive true' })
  })

  it('keeps running when a store fails in every way', { timeout }, async () => {
    const { code, output } = await run(`
      const fail = async () => { throw new Error('store') }
      const later = () => new Promise((_, no) => setTimeout(no, 60, new Error('late')))
      for (const claim of [fail, later, async () => ({ state: 'claimed', complete: fail, release: fail })]) {
        for (const listener of [() => {}, fail]) {
          const webhooks = createKoyweWebhooks(secret, { timeoutMs: 30, logger: false, dedupe: { claim } })
          await webhooks.onAny(listener).handle(requestOf(body))
        }
      }
      await new Promise((resolve) => setTimeout(resolve, 120))
      console.log('alive')
    `)
    expect({ code, output }).toEqual({ code: 0, output: 'alive' })
  })

  it('ends on its own while deliveries wait and the memory store remembers events', {
    timeout,
  }, async () => {
    const { code, output } = await run(`
      const webhooks = createKoyweWebhooks(secret, { timeoutMs: 2 ** 31 - 1, logger: false })
      await webhooks.handle(requestOf(body))
      webhooks.onAny(() => new Promise(() => {}))
      webhooks.handle(requestOf(signEvent({ eventName: 'ping' }, secret)))
      webhooks.handle({ ...requestOf(''), body: () => new Promise(() => {}) })
      process.on('exit', () => console.log('ended'))
    `)
    expect({ code, output }).toEqual({ code: 0, output: 'ended' })
  })
})
