import { createHash } from 'node:crypto'
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pack, publishedPackages } from '@x/koywe-packaging/pack'
import { outputOf } from '@x/koywe-testkit/output-of'
import { asOf, type Install, installs, type Packages } from './installs.js'

const here = join(import.meta.dirname, '..')
const checkout = createHash('sha256').update(here).digest('hex').slice(0, 8)

/** Outside of the workspace, one folder per checkout. Kept, so that only the first run is slow. */
const cache = join(tmpdir(), `koywe-stacks-${checkout}`)

/** Where the programs of an install are. */
export function programsOf(install: Install): string {
  return join(cache, install, 'programs')
}

/** Packs our packages and installs them in a folder above all stacks, where each resolves them as usual. */
export async function installOurs(): Promise<void> {
  const packed = join(cache, 'packed')
  await rm(packed, { recursive: true, force: true })
  await mkdir(packed, { recursive: true })
  const ours: Record<string, string> = {}
  for (const published of await publishedPackages()) {
    const { name, tarball } = await pack(published, packed)
    ours[name] = `file:${tarball}`
  }
  await rm(join(cache, 'node_modules'), { recursive: true, force: true })
  await rm(join(cache, 'package-lock.json'), { force: true })
  await npmInstall(cache, ours, { overrides: ours })
}

/** Installs a set of packages, unless it is installed already, and copies the programs next to it. */
export async function installStack(install: Install): Promise<void> {
  const folder = join(cache, install)
  await mkdir(folder, { recursive: true })
  const wanted = JSON.stringify([asOf, installs[install]])
  const done = join(folder, 'installed.json')
  const there = await readFile(done, 'utf8').catch(() => '')
  if (there !== wanted) {
    await rm(folder, { recursive: true, force: true })
    await mkdir(folder, { recursive: true })
    await npmInstall(folder, installs[install])
    await writeFile(done, wanted)
  }
  await cp(join(here, 'programs'), programsOf(install), { recursive: true })
}

async function npmInstall(folder: string, dependencies: Packages, more: object = {}) {
  const manifest = { name: 'stack', private: true, dependencies, ...more }
  await writeFile(join(folder, 'package.json'), JSON.stringify(manifest, null, 2))
  const quiet = ['--no-audit', '--no-fund', '--prefer-offline', '--ignore-scripts']
  // A stack names every package it needs, so peers are not installed.
  await outputOf('npm', ['install', '--legacy-peer-deps', '--before', asOf, ...quiet], folder)
}
