import { execFile } from 'node:child_process'
import { delimiter, join } from 'node:path'

const root = join(import.meta.dirname, '../../..')

/**
 * Runs a program to its end and returns what it printed.
 *
 * @throws {Error} with all that it printed, when it fails or takes longer than eight minutes.
 */
export function run(program: string, args: readonly string[], folder: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const options = { cwd: folder, env: environment(), timeout: 8 * 60_000, maxBuffer: 2 ** 24 }
    execFile(program, args, options, (error, stdout, stderr) => {
      if (!error) resolve(stdout)
      else reject(new Error(`${program} ${args.join(' ')}\n${error.message}\n${stdout}\n${stderr}`))
    })
  })
}

/** What a person's shell has: nothing of the test runner, and none of this repository's programs. */
export function environment(): NodeJS.ProcessEnv {
  const foreign =
    /^(npm_(package|lifecycle)_.*|NODE_ENV|NODE_OPTIONS|NODE_PATH|VITEST.*|PORT|HOST|USERS_FILE|KOYWE_.*)$/
  const kept = Object.entries(process.env).filter(([name]) => !foreign.test(name))
  const path = process.env.PATH?.split(delimiter).filter((folder) => !folder.startsWith(root))
  return { ...Object.fromEntries(kept), PATH: path?.join(delimiter) }
}
