import { createHash } from 'node:crypto'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { outputOf } from '@x/koywe-testkit/output-of'
import { packageOfNode } from './nodes.js'

/** A folder in which packages are installed, and their versions. */
export interface Installed {
  readonly folder: string
  readonly versions: Readonly<Record<string, string>>
}

/** Installs what rows need. The same packages are installed once. */
export interface Installer {
  /** Installs packages by their ranges, each at its highest version of today. Rejects with what npm said. */
  install(dependencies: Readonly<Record<string, string>>): Promise<Installed>
  /** Installs a version of Node. `program` is its path. */
  installNode(range: string): Promise<{ readonly program: string; readonly version: string }>
}

/** Installs into a folder. Give a new one for each run: an old one holds the highest versions of another day. */
export function createInstaller(folder: string): Installer {
  const installing = new Map<string, Promise<Installed>>()

  function install(dependencies: Readonly<Record<string, string>>): Promise<Installed> {
    const key = createHash('sha256').update(JSON.stringify(dependencies)).digest('hex').slice(0, 12)
    const installed = installing.get(key) ?? npmInstall(join(folder, key), dependencies)
    installing.set(key, installed)
    return installed
  }

  return {
    install,
    async installNode(range) {
      const name = packageOfNode()
      const { folder, versions } = await install({ [name]: range })
      const file = process.platform === 'win32' ? 'bin/node.exe' : 'bin/node'
      // Some of these packages name their versions v20.19.0.
      const version = (versions[name] ?? '').replace(/^v/, '')
      return { program: join(folder, 'node_modules', name, file), version }
    },
  }
}

async function npmInstall(
  folder: string,
  dependencies: Readonly<Record<string, string>>,
): Promise<Installed> {
  await mkdir(folder, { recursive: true })
  const manifest = { name: 'row', private: true, dependencies }
  await writeFile(join(folder, 'package.json'), JSON.stringify(manifest, null, 2))
  // A row names every package that its mounts import, so peers are not installed.
  const flags = ['--legacy-peer-deps', '--ignore-scripts', '--no-audit', '--no-fund']
  await outputOf('npm', ['install', ...flags], folder)
  const versions = await Promise.all(
    Object.keys(dependencies).map(async (name) => {
      const text = await readFile(join(folder, 'node_modules', name, 'package.json'), 'utf8')
      return [name, JSON.parse(text).version as string] as const // npm requires one
    }),
  )
  return { folder, versions: Object.fromEntries(versions) }
}
