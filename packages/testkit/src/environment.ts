import { delimiter, join } from 'node:path'

const root = join(import.meta.dirname, '../../..')

/** What a person's shell has: nothing of the test runner, and none of this repository's programs. */
export function environment(): NodeJS.ProcessEnv {
  const foreign =
    /^(npm_(package|lifecycle)_.*|NODE_ENV|NODE_OPTIONS|NODE_PATH|VITEST.*|PORT|HOST|USERS_FILE|KOYWE_.*)$/
  const kept = Object.entries(process.env).filter(([name]) => !foreign.test(name))
  const path = process.env.PATH?.split(delimiter).filter((folder) => !folder.startsWith(root))
  return { ...Object.fromEntries(kept), PATH: path?.join(delimiter) }
}
