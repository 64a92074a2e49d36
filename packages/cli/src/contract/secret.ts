import { readFile } from 'node:fs/promises'
import { text } from 'node:stream/consumers'
import { parseEnv } from 'node:util'
import { type Api, apis } from './api.js'
import { usageError } from './exit.js'

/** The option every command that signs has. */
export const secretOption = [
  '--secret <secret>',
  'the webhook secret; - reads it from stdin (default: KOYWE_WEBHOOK_SECRET, also in .env)',
] as const

/**
 * The webhook secret: of the option, of stdin if that is `-`, of the environment, or of `.env` in the working directory.
 *
 * @throws {CliError} when there is none.
 */
export async function secretFrom(option: string | undefined, api: Api = 'ramp'): Promise<string> {
  const { secretName } = apis[api]
  const secret = await secretIfAny(option, api)
  if (secret !== undefined) return secret
  throw usageError(
    'there is no webhook secret',
    `Set ${secretName} in the environment or in .env, or pipe it in with --secret -. To make one: openssl rand -hex 32`,
  )
}

/** The webhook secret, or `undefined` when there is none. */
export async function secretIfAny(
  option: string | undefined,
  api: Api = 'ramp',
): Promise<string | undefined> {
  const { secretName } = apis[api]
  const secret = option === '-' ? await lineOfStdin() : (option ?? (await setting(secretName)))
  return secret || undefined
}

/** A setting of the environment, else of `.env`, of which only names that begin with KOYWE_ are read. */
export async function setting(name: `KOYWE_${string}`): Promise<string | undefined> {
  return process.env[name] || (await dotEnv())[name] || undefined
}

async function dotEnv(): Promise<NodeJS.Dict<string>> {
  try {
    const text = await readFile('.env', 'utf8')
    return parseEnv(text.replace(/^\ufeff/, '')) // Windows editors begin a file with a byte order mark
  } catch {
    // There is no file, or it cannot be read: then there is no setting in it.
    return {}
  }
}

async function lineOfStdin(): Promise<string> {
  return (await text(process.stdin)).replace(/\r?\n$/, '')
}
