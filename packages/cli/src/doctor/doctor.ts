import { type ExitCode, exitCodes } from '../contract/exit.js'
import { guardedUrl, httpUrl } from '../contract/guard.js'
import { networkError } from '../contract/network-error.js'
import { createOutput } from '../contract/output.js'
import { secretFrom, setting } from '../contract/secret.js'
import { checkCallback } from './callback.js'
import type { Check } from './check.js'
import { checkCompression } from './compression.js'
import { checkGenuine } from './genuine.js'
import type { Receiver } from './receiver.js'
import { checkRefusals } from './refusals.js'
import { reportOf } from './report.js'
import { ConnectionError } from './wire.js'

/** The options of `koywe doctor`. */
export interface DoctorOptions {
  readonly authUrl?: string
  readonly bearer?: string
  readonly secret?: string
  /** In milliseconds. */
  readonly timeout: number
  readonly json?: boolean
  readonly iOwnThisServer?: boolean
}

/** Examines a receiver, and with `authUrl` an authentication callback. Prints what it finds, and returns the exit code. */
export async function doctor(address: string, options: DoctorOptions): Promise<ExitCode> {
  const url = withPath(guardedUrl(address, options.iOwnThisServer), '/webhooks/koywe')
  const authUrl = options.authUrl === undefined ? undefined : httpUrl(options.authUrl)
  const secret = await secretFrom(options.secret)
  const timeoutMs = options.timeout
  const output = createOutput(options)
  const checks = [...(await reaching(url, () => examine({ url, secret, timeoutMs })))]
  if (authUrl !== undefined) {
    const callback = {
      url: withPath(authUrl, '/koywe/auth'),
      bearer: options.bearer ?? (await setting('KOYWE_CALLBACK_TOKEN')),
      timeoutMs,
    }
    checks.push(...(await reaching(callback.url, () => checkCallback(callback))))
  }
  const ok = checks.every(({ status }) => status !== 'fail')
  output.result({ ok, checks }, reportOf(url, checks))
  return ok ? exitCodes.ok : exitCodes.wrong
}

async function examine(receiver: Receiver): Promise<readonly Check[]> {
  const { checks, reached, verifies } = await checkGenuine(receiver)
  // Whoever has not received a genuine delivery may refuse forgeries for any reason.
  if (!reached) return checks
  return [...checks, await checkCompression(receiver), ...(await checkRefusals(receiver, verifies))]
}

/** The URL, with a path if it has none. */
function withPath(url: URL, path: string): URL {
  return url.pathname === '/' ? new URL(path, url) : url
}

async function reaching<T>(url: URL, examination: () => Promise<T>): Promise<T> {
  try {
    return await examination()
  } catch (error) {
    throw error instanceof ConnectionError ? networkError(error.cause, url) : error
  }
}
