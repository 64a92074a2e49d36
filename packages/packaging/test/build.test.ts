import { copyFile, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { environment } from '@x/koywe-testkit/environment'
import { type Ended, run } from '@x/koywe-testkit/run'
import { expect, it } from 'vitest'

const root = join(import.meta.dirname, '../../..')

/** Builds a repository of one command, whose only module has this source. */
async function build(source: string): Promise<Ended> {
  const folder = await mkdtemp(join(tmpdir(), 'koywe-build-'))
  try {
    const command = join(folder, 'packages/core')
    await mkdir(join(command, 'src'), { recursive: true })
    await symlink(join(root, 'node_modules'), join(folder, 'node_modules'))
    await copyFile(join(root, 'packages/build.mjs'), join(folder, 'packages/build.mjs'))
    const manifest = { name: '@x/koywe-core', type: 'module', bin: { it: './dist/main.js' } }
    await writeFile(join(command, 'package.json'), JSON.stringify(manifest))
    await writeFile(join(command, 'src/main.ts'), source)
    const words = [process.execPath, 'packages/build.mjs'] as const
    return await run({ command: words, folder, env: environment() }, 60_000)
  } finally {
    await rm(folder, { recursive: true })
  }
}

it('builds a module that imports what is there', async () => {
  expect(await build("import 'node:fs'\n")).toMatchObject({ code: 0, stderr: '' })
})

it('fails on an import that leads nowhere', async () => {
  const { code, stderr } = await build("import './missing.js'\n")
  expect(code).toBe(1)
  expect(stderr).toMatch(/missing\.js/)
})

it('fails on an import of a package that the manifest does not ask for', async () => {
  const { code, stderr } = await build("import 'vitest'\n")
  expect(code).toBe(1)
  expect(stderr).toContain('imports vitest, which is not among its dependencies')
})
