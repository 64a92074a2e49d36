import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { home } from '../src/home.js'
import { publishedCommands, publishedPackages } from '../src/pack.js'

const root = join(import.meta.dirname, '../../..')
const published = [...(await publishedPackages()), ...(await publishedCommands())]

async function manifestIn(folder: string): Promise<Record<string, unknown>> {
  return JSON.parse(await readFile(join(root, folder, 'package.json'), 'utf8'))
}

it.each(published)('$name says where it lives and how it is published', async ({ folder }) => {
  expect(await manifestIn(`packages/${folder}`)).toMatchObject({
    keywords: expect.arrayContaining(['koywe', 'webhook']),
    homepage: `${home}/tree/main/packages/${folder}#readme`,
    bugs: `${home}/issues`,
    repository: { type: 'git', url: `git+${home}.git`, directory: `packages/${folder}` },
    license: 'MIT',
    author: expect.stringMatching(/./),
    publishConfig: { access: 'public', provenance: true },
    scripts: { prepack: 'node ../prepack.mjs' },
  })
})

it('the repository says where it lives', async () => {
  expect(await manifestIn('.')).toMatchObject({
    homepage: `${home}#readme`,
    bugs: `${home}/issues`,
    repository: { type: 'git', url: `git+${home}.git` },
  })
})

it('every package runs its own tests with `pnpm --filter <package> test`', async () => {
  const entries = await readdir(join(root, 'packages'), { withFileTypes: true })
  const folders = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name)
  const manifests = await Promise.all(folders.map((folder) => manifestIn(`packages/${folder}`)))
  // pnpm succeeds where there is no such script.
  for (const { name, scripts } of manifests) {
    expect(scripts, String(name)).toMatchObject({ test: expect.stringMatching(/^pnpm -w /) })
  }
})

it('all published packages have one version, and are released together', async () => {
  const versions = await Promise.all(
    published.map(async ({ folder }) => (await manifestIn(`packages/${folder}`)).version),
  )
  expect(new Set(versions).size).toBe(1)
  const releases = JSON.parse(await readFile(join(root, '.changeset/config.json'), 'utf8'))
  expect(releases.fixed).toEqual([published.map(({ name }) => name).toSorted()])
})
