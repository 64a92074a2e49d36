import { copyFile, cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { basename, dirname, extname, join, relative } from 'node:path'
import { outputOf } from '@x/koywe-testkit/output-of'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { installLine, resolutionsLine } from '../src/install-line.js'
import { type Packed, pack, publishedPackages } from '../src/pack.js'

const minute = 60_000
const consumers = join(import.meta.dirname, '../consumers')
const published = await publishedPackages()
/** The consumers in TypeScript: one per package, and what they share. */
const sources = (await readdir(consumers)).filter((file) => extname(file) === '.ts')
const success = { status: 200, body: { received: true } }
const answered = { answers: [success, success], heard: true }
const node = process.execPath

let outside: string
let packed: readonly Packed[]

/** A project outside this repository, with the tarballs installed by npm and every consumer as .ts, .cts and .mts. */
beforeAll(async () => {
  outside = await mkdtemp(join(tmpdir(), 'koywe-consumers-'))
  await cp(consumers, outside, { recursive: true })
  packed = await Promise.all(published.map((one) => pack(one, outside)))
  await nameTarballs(outside, packed)
  for (const source of sources) {
    for (const extension of ['.cts', '.mts']) {
      await copyFile(join(outside, source), join(outside, basename(source, '.ts') + extension))
    }
  }
  await install(outside)
  // The tests below run the compiled consumers.
  await compile('typescript', ['nodenext'], ['.cts', '.mts'], [])
}, 10 * minute)

afterAll(async () => {
  await rm(outside, { recursive: true, force: true })
})

it('every published package has a consumer', () => {
  const names = published.map(({ folder }) => `${folder}.ts`)
  expect(sources.toSorted()).toEqual([...names, 'exchange.ts'].toSorted())
})

it('npm installs the tarballs, and one copy of each package', async () => {
  const lock = JSON.parse(await readFile(join(outside, 'package-lock.json'), 'utf8'))
  const ours = Object.entries<{ resolved: string }>(lock.packages).flatMap(
    ([path, { resolved }]) => (path.includes('node_modules/@x/') ? [[path, resolved]] : []),
  )
  expect(Object.fromEntries(ours)).toEqual(
    Object.fromEntries(
      published.map(({ folder, name }) => [`node_modules/${name}`, `file:${folder}.tgz`]),
    ),
  )
})

it(
  'the packages bring no dependency that does not run on this Node',
  async () => {
    const alone = join(outside, 'alone')
    await mkdir(alone)
    await writeFile(join(alone, 'package.json'), '{}')
    await nameTarballs(alone, packed)
    // The frameworks are peers, and not ours to check.
    await install(alone, '--engine-strict', '--legacy-peer-deps')
  },
  5 * minute,
)

it(
  'the line that `pnpm pack:all` prints installs the tarballs, also from a folder with spaces and quotes',
  async () => {
    const application = join(outside, "Ana's server")
    await mkdir(application)
    const copies = packed.map(({ folder }) => join(application, `${folder}.tgz`))
    await Promise.all(packed.map(({ tarball }, index) => copyFile(tarball, copies[index] ?? '')))
    await writeFile(join(application, 'package.json'), '{ "private": true }\n')
    const quiet = '--prefer-offline --no-audit --no-fund --ignore-scripts'
    await outputOf('sh', ['-c', `${installLine(copies)} ${quiet}`], application)
    const { dependencies } = JSON.parse(await readFile(join(application, 'package.json'), 'utf8'))
    expect(Object.keys(dependencies).toSorted()).toEqual(
      published.map(({ name }) => name).toSorted(),
    )
    await outputOf(node, ['--eval', `require('@x/koywe-express')`], application)
  },
  5 * minute,
)

it(
  'pnpm installs the tarballs with the line that `pnpm pack:all` prints for a package.json',
  async () => {
    const application = join(outside, 'with-pnpm')
    await mkdir(application)
    const tarballs = packed.map(({ tarball }) => tarball)
    const core = tarballs.find((tarball) => tarball.endsWith('core.tgz')) ?? ''
    await writeFile(
      join(application, 'package.json'),
      `{ "private": true, ${resolutionsLine(core)} }`,
    )
    await outputOf(
      'pnpm',
      ['add', '--prefer-offline', '--ignore-scripts', ...tarballs],
      application,
    )
    await outputOf(node, ['--eval', `require('@x/koywe-express')`], application)
  },
  5 * minute,
)

describe.each(published)('$name', ({ folder }) => {
  it.each(['cjs', 'mjs'])(
    'answers a signed webhook of each API when it is loaded by a .%s file',
    async (format) => {
      const printed = await outputOf(node, ['run.mjs', folder, format], outside)
      expect(JSON.parse(printed)).toEqual(answered)
    },
  )
})

it(
  'all packages answer a signed webhook of each API under Jest, in its default set-up, and so does the testing kit',
  async () => {
    await outputOf(
      node,
      ['node_modules/jest/bin/jest.js', '--testTimeout=60000', '--json', '--outputFile=jest.json'],
      outside,
    )
    const report = JSON.parse(await readFile(join(outside, 'jest.json'), 'utf8'))
    expect(report).toMatchObject({ success: true, numPassedTests: published.length + 3 })
  },
  5 * minute,
)

it('the testing kit works under node:test and leaves nothing open', async () => {
  const printed = await outputOf(
    node,
    ['--test', '--test-reporter=tap', 'runners/node-test.mjs'],
    outside,
  )
  expect(printed).toMatch(/^# pass 3$/m)
})

it('the testing kit works under vitest', async () => {
  const config = ['--root=.', '--config=runners/vitest.config.mjs']
  const flags = ['run', ...config, '--reporter=json', '--outputFile=vitest.json']
  await outputOf(node, ['node_modules/vitest/vitest.mjs', ...flags], outside)
  const report = JSON.parse(await readFile(join(outside, 'vitest.json'), 'utf8'))
  expect(report).toMatchObject({ success: true, numPassedTests: 3 })
})

it('all copies in one process know the errors of the others and publish to the same channels', async () => {
  const names = published.map(({ name }) => name)
  const printed = await outputOf(node, ['copies.mjs', ...names], outside)
  expect(JSON.parse(printed)).toEqual({
    codes: ['missing_signature', 'missing_signature'],
    classes: 2,
    known: true,
    strangers: false,
  })
})

describe.each([
  { version: '5.9', typescript: 'typescript-5.9', resolution: 'node10', module: 'commonjs' },
  { version: '5.9', typescript: 'typescript-5.9', resolution: 'nodenext', module: 'nodenext' },
  { version: '5.9', typescript: 'typescript-5.9', resolution: 'bundler', module: 'preserve' },
  { version: '7', typescript: 'typescript', resolution: 'nodenext', module: 'nodenext' },
  { version: '7', typescript: 'typescript', resolution: 'bundler', module: 'preserve' },
])('TypeScript $version with moduleResolution $resolution', (set) => {
  it(
    'compiles every consumer: event names are checked and listeners get the event they asked for',
    async () => {
      const extensions = set.module === 'nodenext' ? ['.cts', '.mts'] : ['.ts']
      await compile(set.typescript, [set.module, set.resolution], extensions, ['--noEmit'])
    },
    5 * minute,
  )
})

/** Adds the tarballs to the project's package.json, also as overrides for our packages' dependencies on each other. */
async function nameTarballs(folder: string, packed: readonly Packed[]): Promise<void> {
  const file = join(folder, 'package.json')
  const manifest = JSON.parse(await readFile(file, 'utf8'))
  const tarballs = Object.fromEntries(
    packed.map(({ name, tarball }) => [name, `file:${relative(folder, tarball)}`]),
  )
  const dependencies = { ...manifest.dependencies, ...tarballs }
  const overrides = Object.fromEntries(Object.keys(tarballs).map((name) => [name, `$${name}`]))
  await writeFile(file, JSON.stringify({ ...manifest, dependencies, overrides }, null, 2))
}

async function install(folder: string, ...flags: readonly string[]): Promise<void> {
  const quiet = ['--prefer-offline', '--no-audit', '--no-fund', '--ignore-scripts']
  await outputOf('npm', ['install', ...quiet, ...flags], folder)
}

/** Compiles the consumers. Our declarations are checked like code; only third parties' may have errors. */
async function compile(
  typescript: string,
  [module = '', resolution = module]: readonly string[],
  extensions: readonly string[],
  flags: readonly string[],
): Promise<void> {
  const manifest = createRequire(import.meta.url).resolve(`${typescript}/package.json`)
  const tsc = join(dirname(manifest), 'bin/tsc')
  // An older target has fewer types of its own.
  const target = resolution === 'node10' ? 'es2020' : 'es2022'
  const settings = ['--module', module, '--moduleResolution', resolution, '--target', target]
  const strict = [
    // What TypeScript brings itself, the DOM among it, takes a third of the time and is not in doubt.
    '--skipDefaultLibCheck',
    '--strict',
    '--exactOptionalPropertyTypes',
    '--esModuleInterop',
    '--types',
    'node',
  ]
  const files = extensions.flatMap((end) => sources.map((file) => basename(file, '.ts') + end))
  const ended = outputOf(node, [tsc, ...settings, ...strict, ...flags, ...files], outside)
  await ended.catch((error: Error) => {
    const faults = error.message.split('\n').filter((line) => /\berror TS\d+:/.test(line))
    const ours = faults.filter((line) => !/^node_modules\/@types\//.test(line))
    if (faults.length === 0 || ours.length > 0) throw error
  })
}
