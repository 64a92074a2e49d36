import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { environment } from '@x/koywe-testkit/environment'
import { run } from '@x/koywe-testkit/run'

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

const program = join(import.meta.dirname, '../dist/main.js')
const folder = mkdtempSync(join(tmpdir(), 'koywe-doctor-'))

/** Runs the built command as a process. */
export function koywe(args: readonly string[], settings: NodeJS.ProcessEnv = {}) {
  const env = { ...environment(), KOYWE_WEBHOOK_SECRET: secret, ...settings }
  return run({ command: [process.execPath, program, ...args], folder, env }, 120_000)
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
