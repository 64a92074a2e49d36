import { existsSync, readdirSync, readFileSync, realpathSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** Bytes of the files that a package publishes. */
export function ownBytes(name: string): number {
  return bytesOf(findPackage(name, import.meta.dirname))
}

/** Bytes of a package and of everything installed with it. */
export function installedBytes(name: string): number {
  const folders = new Set<string>()
  collect(findPackage(name, import.meta.dirname), folders)
  return [...folders].reduce((sum, folder) => sum + bytesOf(folder), 0)
}

function collect(folder: string, folders: Set<string>): void {
  if (folders.has(folder)) return
  folders.add(folder)
  for (const dependency of Object.keys(readManifest(folder).dependencies ?? {})) {
    collect(findPackage(dependency, folder), folders)
  }
}

/** Resolves as Node does, and follows pnpm's links. */
function findPackage(name: string, from: string): string {
  const folder = join(from, 'node_modules', name)
  if (existsSync(folder)) return realpathSync(folder)
  if (dirname(from) === from) throw new Error(`${name} is not installed`)
  return findPackage(name, dirname(from))
}

/** The paths a package lists in `files`, or all of it. Our own packages are here with their tests. */
function bytesOf(folder: string): number {
  const listed = readManifest(folder).files?.filter((path) => existsSync(join(folder, path)))
  const always = readdirSync(folder).filter((name) =>
    /^(package\.json|readme|licen[cs]e)/i.test(name),
  )
  const isOurs = !folder.includes('node_modules')
  const paths = isOurs && listed ? [...new Set([...listed, ...always])] : readdirSync(folder)
  return paths.reduce((sum, path) => sum + bytesUnder(join(folder, path)), 0)
}

function bytesUnder(path: string): number {
  if (path.endsWith('node_modules')) return 0
  const stats = statSync(path)
  if (!stats.isDirectory()) return stats.size
  return readdirSync(path).reduce((sum, name) => sum + bytesUnder(join(path, name)), 0)
}

function readManifest(folder: string): Manifest {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
}

interface Manifest {
  readonly dependencies?: Readonly<Record<string, string>>
  readonly files?: readonly string[]
}
