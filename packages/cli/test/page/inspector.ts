import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { environment } from '@x/koywe-testkit/environment'
import { signalGroup, spawnGroup } from '@x/koywe-testkit/process-group'
import { sign } from '@x/koywe-testkit/sign'
import { program } from '../koywe.js'

export const secret = 'the secret of the test'
const token = 'the-token-of-the-test'

/** `koywe inspect` with an application that it has started. */
export interface Inspector {
  /** The address of the page, with the token of this run. */
  readonly url: string
  /** Where the application listens. */
  readonly origin: string
  /** Writes the application's file again, which restarts it under a watcher. */
  touch(code?: string): Promise<void>
  /** Ends the inspector, and the application with it. */
  stop(): Promise<void>
}

/** An application as a user writes it. `fiat_sent` has a listener that fails, and an event with `slowMs` takes as long. */
export const application = `
import { bearer, koyweAuthCallback, koywePayments, koyweWebhooks } from '@x/koywe-express'
import express from 'express'
import { setTimeout as delay } from 'node:timers/promises'

const webhooks = koyweWebhooks(process.env.KOYWE_WEBHOOK_SECRET, { logger: false })
webhooks.onAny((event) => event.slowMs && delay(event.slowMs))
webhooks.on('fiat_sent', function sendReceipt() {
  throw new TypeError('the disk is full')
})
const app = express()
app.use(webhooks)
if (process.env.KOYWE_PAYMENTS_SECRET) {
  const payments = koywePayments(process.env.KOYWE_PAYMENTS_SECRET, { logger: false })
  payments.onAny(() => {})
  app.use(payments)
}
app.post('/koywe/auth', koyweAuthCallback({
  auth: bearer('${token}'),
  isAllowed: ({ email }) => email === 'ana@example.com',
  logger: false,
}))
app.listen(Number(process.env.PORT), '127.0.0.1', function () {
  console.log('listening on http://127.0.0.1:' + this.address().port)
})
`

/** Starts it on free ports. */
export async function startInspector({
  watch = false,
  port = 0,
  env = {},
} = {}): Promise<Inspector> {
  const folder = await mkdtemp(join(tmpdir(), 'koywe-inspect-'))
  const file = join(folder, 'app.mjs')
  await symlink(join(import.meta.dirname, '../../node_modules'), join(folder, 'node_modules'))
  await writeFile(file, application)
  const node = [process.execPath, ...(watch ? ['--watch'] : []), 'app.mjs']
  const child = spawnGroup({
    command: [process.execPath, program, 'inspect', '--no-open', '--port', '0', '--', ...node],
    folder,
    env: { ...environment(), KOYWE_WEBHOOK_SECRET: secret, PORT: String(port), ...env },
  })
  const closed = new Promise((resolve) => child.once('close', resolve))
  let output = ''
  const found = async (pattern: RegExp): Promise<string> => {
    for (;;) {
      const [, match] = pattern.exec(output) ?? []
      if (match !== undefined) return match
      await new Promise((resolve, reject) => {
        child.stdout.once('data', resolve)
        child.stderr.once('data', resolve)
        child.once('close', () => reject(new Error(`koywe inspect has ended:\n${output}`)))
      })
    }
  }
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text
    })
  }
  const [url, origin] = await Promise.all([
    found(/(http:\/\/\S+#token=[\w-]+)/),
    found(/listening on (\S+)/),
  ])
  return {
    url,
    origin,
    touch: (code = application) => writeFile(file, code),
    async stop() {
      signalGroup(child, 'SIGTERM')
      await closed
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** Delivers a body as Koywe does, and returns the status. */
export async function post(origin: string, body: string, path = '/webhooks/koywe') {
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` }
  const response = await fetch(origin + path, { method: 'POST', headers, body })
  return { status: response.status, body: await response.text() }
}

/** Delivers an event, signed. */
export function deliver(origin: string, eventName: string, fields: object = {}) {
  return post(origin, sign({ ...eventFields(), eventName, ...fields }, secret))
}

function eventFields() {
  return { eventName: '', orderId: 'o-1', timeStamp: new Date().toISOString() }
}
