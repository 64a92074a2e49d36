import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { checkPackage, createPackageFromTarballData, type Package } from '@arethetypeswrong/core'
import { outputOf } from '@x/koywe-testkit/output-of'
import { publint } from 'publint'
import { formatMessage } from 'publint/utils'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Manifest, pack, publishedCommands, publishedPackages } from '../src/pack.js'

const packages = join(import.meta.dirname, '../..')
const published = await publishedPackages()
let outside: string

beforeAll(async () => {
  outside = await mkdtemp(join(tmpdir(), 'koywe-tarballs-'))
})

afterAll(async () => {
  await rm(outside, { recursive: true, force: true })
})

it('the core and an adapter at least are published', () => {
  expect(published.map(({ folder }) => folder)).toEqual(expect.arrayContaining(['core', 'express']))
})

/** Whether `exports` names a module of that name. */
function isDoor({ exports }: Manifest, module: string): boolean {
  return Object.keys(exports ?? {}).includes(module === 'index' ? '.' : `./${module}`)
}

describe.each(published)('the tarball of $name', ({ folder, name }) => {
  let bytes: Buffer
  let tarball: Package
  let files: readonly string[]
  let manifest: Manifest

  beforeAll(async () => {
    const packed = await pack({ folder, name }, outside)
    bytes = await readFile(packed.tarball)
    tarball = createPackageFromTarballData(bytes)
    const prefix = `/node_modules/${name}/`
    files = tarball.listFiles().map((path) => path.replace(prefix, ''))
    manifest = JSON.parse(tarball.readFile(`${prefix}package.json`))
  }, 300_000)

  it('contains both builds, a licence, one README and docs, and nothing else', async () => {
    expect(files).toEqual(
      expect.arrayContaining([
        'LICENSE',
        'README.md',
        'dist/cjs/package.json',
        'dist/esm/package.json',
        'package.json',
      ]),
    )
    const expected =
      /^(LICENSE|README\.md|docs\/[\w-]+(\.es)?\.md|package\.json|dist\/(cjs|esm)\/(([\w-]+\/)?[\w-]+\.(js|d\.ts)|package\.json))$/
    expect(files.filter((file) => !expected.test(file) || /\.test\./.test(file))).toEqual([])
    const sources = await readdir(join(packages, folder, 'src'), { recursive: true })
    const modules = sources.flatMap(
      (file) => /^(.*)\.ts$/.exec(file.replaceAll('\\', '/'))?.[1] ?? [],
    )
    expect(modules).toContain('index')
    const builtAs = (format: string) => files.filter((file) => file.startsWith(`dist/${format}/`))
    const wanted = (format: string, ends: readonly string[], names = modules) =>
      names.flatMap((module) => ends.map((end) => `dist/${format}/${module}.${end}`))
    expect(builtAs('cjs').toSorted()).toEqual(
      [...wanted('cjs', ['js', 'd.ts']), 'dist/cjs/package.json'].toSorted(),
    )
    // The modules behind the doors share a few chunks.
    const doors = modules.filter((module) => !module.includes('/') && isDoor(manifest, module))
    expect(
      builtAs('esm')
        .filter((file) => !file.startsWith('dist/esm/chunks/'))
        .toSorted(),
    ).toEqual(
      [
        ...wanted('esm', ['d.ts']),
        ...wanted('esm', ['js'], doors),
        'dist/esm/package.json',
      ].toSorted(),
    )
  })

  it('says what it is, and names only versions that a registry knows', () => {
    expect(manifest).toMatchObject({
      name,
      version: expect.stringMatching(/^\d+\.\d+\.\d+$/),
      description: expect.stringMatching(/Koywe/),
      license: 'MIT',
      engines: { node: expect.stringMatching(/^>=\d/) },
      main: expect.stringMatching(/^\.\/dist\/cjs\//),
      types: expect.stringMatching(/^\.\/dist\/cjs\/.*\.d\.ts$/),
      exports: { '.': { import: expect.anything(), require: expect.anything() } },
    })
    const { dependencies = {}, peerDependencies = {} } = manifest
    for (const range of Object.values({ ...dependencies, ...peerDependencies })) {
      expect(range).toMatch(/^\^\d[\d.]*( \|\| \^\d[\d.]*)*$/)
    }
  })

  it('names no source map, as it has none', () => {
    for (const file of files.filter((name) => name.endsWith('.js'))) {
      expect(tarball.readFile(`/node_modules/${name}/${file}`)).not.toContain('sourceMappingURL')
    }
  })

  it('passes publint', async () => {
    const { messages } = await publint({
      pack: { tarball: new Uint8Array(bytes).buffer },
      strict: true,
    })
    expect(messages.map((message) => formatMessage(message, manifest, { color: false }))).toEqual(
      [],
    )
  })

  it('has the right types at every entry point, for old and new resolvers', async () => {
    const analysis = await checkPackage(tarball)
    if (!analysis.types) throw new Error('There are no types.')
    expect(analysis.problems).toEqual([])
    expect(Object.keys(analysis.entrypoints).toSorted()).toEqual(
      Object.keys(manifest.exports ?? {}).toSorted(),
    )
    for (const { resolutions } of Object.values(analysis.entrypoints)) {
      const resolved = Object.entries(resolutions).map(([kind, { resolution }]) => [
        kind,
        resolution?.isTypeScript,
      ])
      expect(Object.fromEntries(resolved)).toEqual({
        bundler: true,
        node10: true,
        'node16-cjs': true,
        'node16-esm': true,
      })
    }
  })
})

describe.each(await publishedCommands())('the tarball of the command $name', ({ folder, name }) => {
  let tarball: string
  let bytes: Buffer
  let manifest: Manifest
  let files: readonly string[]

  beforeAll(async () => {
    tarball = (await pack({ folder, name }, outside)).tarball
    bytes = await readFile(tarball)
    const unpacked = createPackageFromTarballData(bytes)
    const prefix = `/node_modules/${name}/`
    files = unpacked.listFiles().map((path) => path.replace(prefix, ''))
    manifest = JSON.parse(unpacked.readFile(`${prefix}package.json`))
  }, 300_000)

  it('contains the program, a licence, one README and its translation, and nothing else', () => {
    const expected =
      /^(LICENSE|README\.md|docs\/README\.es\.md|package\.json|dist\/((chunks|inspect\/preload|page(\/(lit-html(\/directives)?|styles))?)\/)?[\w-]+\.(js|css|html)|dist\/page\/lit-html\/COPYING)$/
    expect(files.filter((file) => !expected.test(file))).toEqual([])
    const programs = Object.values(manifest.bin ?? {}).map((path) => path.replace('./', ''))
    expect(files).toEqual(expect.arrayContaining(['LICENSE', 'README.md', ...programs]))
  })

  it('says what it is, and needs no package of this repository', () => {
    expect(manifest).toMatchObject({
      name,
      version: expect.stringMatching(/^\d+\.\d+\.\d+$/),
      description: expect.stringMatching(/Koywe/),
      license: 'MIT',
      engines: { node: expect.stringMatching(/^>=\d/) },
    })
    for (const [dependency, range] of Object.entries(manifest.dependencies ?? {})) {
      expect(`${dependency} ${range}`).toMatch(/^(?!@x\/)\S+ \^\d[\d.]*$/)
    }
  })

  it('passes publint', async () => {
    const { messages } = await publint({
      pack: { tarball: new Uint8Array(bytes).buffer },
      strict: true,
    })
    expect(messages.map((message) => formatMessage(message, manifest, { color: false }))).toEqual(
      [],
    )
  })

  it('runs with npx outside of this repository', { timeout: 300_000 }, async () => {
    const [command = ''] = Object.keys(manifest.bin ?? {})
    const args = ['--yes', '--prefer-offline', '--package', tarball, command, 'events', '--json']
    const [first = ''] = (await outputOf('npx', args, outside)).split('\n')
    expect(JSON.parse(first)).toEqual({
      version: 1,
      eventName: 'payment_created',
      orderState: 'WAITING',
      final: false,
    })
  })
})
