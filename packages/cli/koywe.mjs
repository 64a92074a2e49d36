// The command in a clone, `pnpm koywe`: builds the packages the first time. After a change of theirs, run `pnpm build`.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

const main = join(import.meta.dirname, 'dist/main.js')
if (!existsSync(main)) {
  const build = join(import.meta.dirname, '../build.mjs')
  // Standard output is the command's own.
  const { status } = spawnSync(process.execPath, [build], { stdio: ['ignore', 2, 2] })
  if (status !== 0) process.exit(status ?? 1)
}
await import(pathToFileURL(main).href)
