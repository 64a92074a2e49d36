import { accessSync, constants, readdirSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'

/** Where packages of PostgreSQL put its programs without adding them to the PATH. */
const versioned = [
  '/usr/lib/postgresql/*/bin',
  '/usr/pgsql-*/bin',
  '/opt/homebrew/opt/postgresql@*/bin',
  '/usr/local/opt/postgresql@*/bin',
]

/** Returns the path of an installed program, from the PATH or from a folder of PostgreSQL; the newest version there. */
export function findProgram(name: string): string | undefined {
  const onPath = process.env.PATH?.split(delimiter) ?? []
  return [...onPath, ...versioned.flatMap(expand)]
    .map((folder) => join(folder, name))
    .find(isExecutable)
}

/** The folders that a pattern with one `*` stands for, the highest version first. */
function expand(pattern: string): string[] {
  const [before = '', after = ''] = pattern.split('*')
  const folder = dirname(`${before}x`)
  try {
    return readdirSync(folder)
      .map((entry) => join(folder, entry))
      .filter((path) => path.startsWith(before))
      .sort((a, b) => b.localeCompare(a, 'en', { numeric: true }))
      .map((path) => path + after)
  } catch {
    // It is not installed this way.
    return []
  }
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
