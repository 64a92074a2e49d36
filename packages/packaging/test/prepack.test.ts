import { copyFile, mkdir, mkdtemp, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { environment } from '@x/koywe-testkit/environment'
import { run } from '@x/koywe-testkit/run'
import { afterEach, beforeEach, expect, it } from 'vitest'

let packages: string
let folder: string

/** A package with an old source and a newer build, beside a core with an old source. */
beforeEach(async () => {
  packages = await mkdtemp(join(tmpdir(), 'koywe-prepack-'))
  folder = join(packages, 'adapter')
  await copyFile(join(import.meta.dirname, '../../prepack.mjs'), join(packages, 'prepack.mjs'))
  const manifest = { name: 'packed', version: '1.0.0', scripts: { prepack: 'node ../prepack.mjs' } }
  await writeAt(join(folder, 'package.json'), JSON.stringify(manifest), 1)
  await writeAt(join(packages, 'core/src/index.ts'), '', 1)
  await writeAt(join(folder, 'src/index.ts'), '', 1)
  await writeAt(join(folder, 'dist/index.js'), '', 2)
})

afterEach(() => rm(packages, { recursive: true }))

async function writeAt(file: string, text: string, seconds: number): Promise<void> {
  await mkdir(join(file, '..'), { recursive: true })
  await writeFile(file, text)
  await utimes(file, seconds, seconds)
}

async function packWith(packer: 'npm' | 'pnpm'): Promise<{ packed: boolean; said: string }> {
  const command = [packer, 'pack', '--pack-destination', packages] as const
  // Both packers name the one that runs these tests, if it names itself in the environment.
  const { npm_config_user_agent: _, ...env } = environment()
  const { code, stdout, stderr } = await run({ command, folder, env }, 60_000)
  return { packed: code === 0, said: stdout + stderr }
}

it('lets pnpm pack what is built', async () => {
  expect(await packWith('pnpm')).toMatchObject({ packed: true })
})

it('refuses npm', async () => {
  const { packed, said } = await packWith('npm')
  expect(packed).toBe(false)
  expect(said).toContain('packed was not packed: npm leaves `workspace:^` in its package.json.')
})

it('refuses a package that is not built', async () => {
  await rm(join(folder, 'dist'), { recursive: true })
  const missing = await packWith('pnpm')
  await mkdir(join(folder, 'dist'))
  const empty = await packWith('pnpm')
  for (const { packed, said } of [missing, empty]) {
    expect(packed).toBe(false)
    expect(said).toContain('packed was not packed: it is not built.')
  }
})

it.each(['adapter', 'core'])(
  'refuses a build older than the sources of the %s',
  async (changed) => {
    await writeAt(join(packages, changed, 'src/index.ts'), '', 3)
    const { packed, said } = await packWith('pnpm')
    expect(packed).toBe(false)
    expect(said).toContain('packed was not packed: its sources are newer than its build.')
  },
)
