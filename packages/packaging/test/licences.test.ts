import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { environment } from '@x/koywe-testkit/environment'
import { type Ended, run } from '@x/koywe-testkit/run'
import { afterEach, beforeEach, expect, it } from 'vitest'

const packaging = join(import.meta.dirname, '..')
const root = join(packaging, '../..')
const tsx = createRequire(join(root, 'package.json')).resolve('tsx/cli')

let packages: string
let list: string

/** Packages with a core that depends on `direct`, which depends on `deep`. */
beforeEach(async () => {
  packages = await mkdtemp(join(tmpdir(), 'koywe-licences-'))
  list = join(packages, 'packaging/LICENCES.md')
  await writeManifest('packaging', { name: 'packaging', private: true, type: 'module' })
  await cp(join(packaging, 'src'), join(packages, 'packaging/src'), { recursive: true })
  await symlink(join(packaging, 'node_modules'), join(packages, 'packaging/node_modules'))
  await writeManifest('core', { name: '@x/koywe-core', dependencies: { direct: '1' } })
  await writeManifest('core/node_modules/direct', { license: 'MIT', dependencies: { deep: '1' } })
})

afterEach(() => rm(packages, { recursive: true }))

async function writeManifest(folder: string, manifest: object): Promise<void> {
  await mkdir(join(packages, folder), { recursive: true })
  await writeFile(join(packages, folder, 'package.json'), JSON.stringify(manifest))
}

async function licences(deep: string | undefined, ...flags: readonly string[]): Promise<Ended> {
  await writeManifest('core/node_modules/deep', { license: deep })
  const script = join(packages, 'packaging/src/licences.ts')
  const command = [process.execPath, tsx, script, ...flags] as const
  return run({ command, folder: dirname(list), env: environment() }, 60_000)
}

it('lists what comes with a package, and what comes with that', async () => {
  expect(await licences('ISC')).toMatchObject({ code: 0, stderr: '' })
  const text = await readFile(list, 'utf8')
  expect(text).toContain('- `deep`: ISC, comes with `@x/koywe-core`\n')
  expect(text).toContain('- `direct`: MIT, comes with `@x/koywe-core`\n')
})

it.each(['GPL-3.0-only', 'UNLICENSED', undefined])('refuses %s', async (licence) => {
  const { code, stderr } = await licences(licence)
  expect(code).toBe(1)
  expect(stderr).toContain(`deep (${licence ?? 'no licence'})`)
})

it('--check refuses a list that is out of date', async () => {
  await licences('ISC')
  expect(await licences('ISC', '--check')).toMatchObject({ code: 0 })
  expect(await licences('MIT', '--check')).toMatchObject({ code: 1 })
})
