import { defaultPaths } from '@x/koywe-core/testing'
import { apiOf } from '../contract/api.js'
import { type ExitCode, exitCodes } from '../contract/exit.js'
import { httpUrl, withPath } from '../contract/guard.js'
import { networkError } from '../contract/network-error.js'
import { createOutput } from '../contract/output.js'
import { secretFrom, setting } from '../contract/secret.js'
import { receiverUrl } from '../contract/target-options.js'
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
  readonly payments?: boolean
}

/** What an examination has found, and where. */
export interface Examination {
  readonly url: URL
  readonly checks: readonly Check[]
}

/** Examines a receiver, and with `authUrl` an authentication callback. Prints what it finds, and returns the exit code. */
export async function doctor(
  address: string | undefined,
  options: DoctorOptions,
): Promise<ExitCode> {
  const { url, checks } = await examination(address, options)
  const ok = checks.every(({ status }) => status !== 'fail')
  createOutput(options).result({ ok, checks }, reportOf(url, checks))
  return ok ? exitCodes.ok : exitCodes.wrong
}

/**
 * Examines a receiver, and with `authUrl` an authentication callback.
 *
 * @throws {CliError} when it is told no secret, no URL, or the URL of somebody else's server, or when nothing answers there.
 */
export async function examination(
  address: string | undefined,
  options: DoctorOptions,
): Promise<Examination> {
  const api = apiOf(options)
  const url = receiverUrl({ ...options, ...(address !== undefined && { url: address }) }, api)
  const authUrl = options.authUrl === undefined ? undefined : httpUrl(options.authUrl)
  const secret = await secretFrom(options.secret, api)
  const timeoutMs = options.timeout
  const checks = [...(await reaching(url, () => examine({ api, url, secret, timeoutMs })))]
  if (authUrl !== undefined) {
    const callback = {
      url: withPath(authUrl, defaultPaths.koyweAuthCallback),
      bearer: options.bearer ?? (await setting('KOYWE_CALLBACK_TOKEN')),
      timeoutMs,
    }
    checks.push(...(await reaching(callback.url, () => checkCallback(callback))))
  }
  return { url, checks }
}

async function examine(receiver: Receiver): Promise<readonly Check[]> {
  const { checks, reached, verifies } = await checkGenuine(receiver)
  // Whoever has not received a genuine delivery may refuse forgeries for any reason.
  if (!reached) return checks
  return [...checks, await checkCompression(receiver), ...(await checkRefusals(receiver, verifies))]
}

async function reaching<T>(url: URL, examination: () => Promise<T>): Promise<T> {
  try {
    return await examination()
  } catch (error) {
    throw error instanceof ConnectionError ? networkError(error.cause, url) : error
  }
}
