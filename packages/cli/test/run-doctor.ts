import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Call, type Ended, koyweOnTerminal, koywe as run } from './koywe.js'

/** The secret that the doctor is told. */
export const secret = 'the secret of the doctor'

/** A check as `koywe doctor --json` prints it. */
export interface PrintedCheck {
  readonly name: string
  readonly status: string
  readonly message: string
  readonly cause?: string
  readonly cure?: string
}

/** What `koywe doctor --json` has printed. */
export interface Examination {
  readonly code: number | null
  readonly version: number
  readonly ok: boolean
  readonly checks: readonly PrintedCheck[]
  /** The causes of the failed checks, each once. */
  readonly causes: readonly string[]
}

const folder = mkdtempSync(join(tmpdir(), 'koywe-doctor-'))

/** Runs the built command in a folder without a `.env`, with the secret in its environment. */
export function koywe(args: readonly string[], settings: NodeJS.ProcessEnv = {}): Promise<Ended> {
  return run(args, callWith(settings))
}

/** The same on a pseudo-terminal. */
export function onTerminal(args: readonly string[]): Promise<Ended> {
  return koyweOnTerminal(args, callWith({}))
}

function callWith(settings: NodeJS.ProcessEnv): Call {
  return { folder, env: { KOYWE_WEBHOOK_SECRET: secret, ...settings } }
}

/** Runs `koywe doctor --json` and reads what it prints. */
export async function examine(
  args: readonly string[],
  settings: NodeJS.ProcessEnv = {},
): Promise<Examination> {
  const { code, stdout, stderr } = await koywe(['doctor', '--json', ...args], settings)
  if (stderr !== '') throw new Error(stderr)
  const printed: Omit<Examination, 'code' | 'causes'> = JSON.parse(stdout)
  const failed = printed.checks.filter(({ status }) => status === 'fail')
  return { code, ...printed, causes: [...new Set(failed.map(({ cause }) => String(cause)))] }
}
