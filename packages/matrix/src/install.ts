import { createHash } from 'node:crypto'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { outputOf } from '@x/koywe-testkit/output-of'
import { packageOfNode } from './nodes.js'

/** Outside of the workspace, and kept, so that only the first run is slow. */
const cache = join(tmpdir(), 'koywe-matrix')

/** A folder in which packages are installed, and their versions. */
export interface Installed {
  readonly folder: string
  readonly versions: Readonly<Record<string, string>>
}

const installing = new Map<string, Promise<Installed>>()

/** Installs packages by their ranges, each at its highest version of today. The same ones are installed once. */
export function install(dependencies: Readonly<Record<string, string>>): Promise<Installed> {
  const text = JSON.stringify(dependencies)
  const folder = join(cache, createHash('sha256').update(text).digest('hex').slice(0, 12))
  const known = installing.get(folder) ?? installInto(folder, dependencies)
  installing.set(folder, known)
  return known
}

/** Installs a version of Node. Its program is `node`. */
export async function installNode(version: string): Promise<{ node: string; version: string }> {
  const name = packageOfNode()
  const { folder, versions } = await install({ [name]: version })
  const program = process.platform === 'win32' ? 'bin/node.exe' : 'bin/node'
  return {
    node: join(folder, 'node_modules', name, program),
    version: (versions[name] ?? '').replace('v', ''),
  }
}

async function installInto(
  folder: string,
  dependencies: Readonly<Record<string, string>>,
): Promise<Installed> {
  await mkdir(folder, { recursive: true })
  const manifest = { name: 'row', private: true, dependencies }
  await writeFile(join(folder, 'package.json'), JSON.stringify(manifest, null, 2))
  // Without the lock file of an earlier run, npm takes the highest version again.
  await rm(join(folder, 'package-lock.json'), { force: true })
  await rm(join(folder, 'node_modules'), { recursive: true, force: true })
  // The row names every package that the mounts import, so peers are not installed.
  const flags = ['--legacy-peer-deps', '--ignore-scripts', '--no-audit', '--no-fund']
  await outputOf('npm', ['install', ...flags], folder)
  const names = Object.keys(dependencies)
  const versions = await Promise.all(names.map((name) => versionIn(folder, name)))
  return { folder, versions: Object.fromEntries(names.map((name, i) => [name, versions[i] ?? ''])) }
}

async function versionIn(folder: string, name: string): Promise<string> {
  const text = await readFile(join(folder, 'node_modules', name, 'package.json'), 'utf8')
  return JSON.parse(text).version
}
