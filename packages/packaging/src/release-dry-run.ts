// pnpm release:dry-run: makes the next release of the last commit in a temporary clone, up to the point where it would be published.
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { outputOf } from '@x/koywe-testkit/output-of'
import { publishedCommands, publishedPackages } from './pack.js'

const root = join(import.meta.dirname, '../../..')
const published = [...(await publishedPackages()), ...(await publishedCommands())]
const temporary = await mkdtemp(join(tmpdir(), 'koywe-release-'))
const clone = join(temporary, 'clone')
const tarballs = join(temporary, 'tarballs')
const application = join(temporary, 'application')

try {
  const before = await outputOf('git', ['status', '--porcelain'], root)
  await step('clone', () => outputOf('git', ['clone', '--quiet', root, clone], root))
  await step('install', () => pnpm('install', '--frozen-lockfile', '--prefer-offline'))
  await step('version', releaseVersion)
  await step('lint', () => pnpm('lint'))
  const packed = await step('pack', () => pnpm('pack:all', tarballs))
  await step('check', () =>
    pnpm(
      'exec',
      'vitest',
      'run',
      '--config',
      'packages/vitest.config.ts',
      'tarballs.test',
      'manifests.test',
    ),
  )
  await step('use', () => useTarballs(packed))
  await step('publish', () => pnpm('-r', 'publish', '--dry-run', '--no-git-checks'))
  if ((await outputOf('git', ['status', '--porcelain'], root)) !== before) {
    throw new Error('The dry run changed the working tree.')
  }
} finally {
  await rm(temporary, { recursive: true, force: true })
}

async function step<T>(name: string, action: () => Promise<T>): Promise<T> {
  const start = performance.now()
  const result = await action()
  console.log(`${name.padEnd(8)} ${((performance.now() - start) / 1000).toFixed(1)} s`)
  return result
}

function pnpm(...args: readonly string[]): Promise<string> {
  return outputOf('pnpm', args, clone)
}

/** Every published package gets the same next version and a changelog that begins with it. */
async function releaseVersion(): Promise<void> {
  const waiting = (await readdir(join(clone, '.changeset'))).filter(
    (file) => file.endsWith('.md') && file !== 'README.md',
  )
  if (waiting.length === 0) await writeChangeset()
  const old = await manifestOf('core')
  await pnpm('release:version')
  const { version } = await manifestOf('core')
  if (version === old.version) throw new Error(`The version is still ${version}.`)
  for (const { folder, name } of published) {
    const manifest = await manifestOf(folder)
    if (manifest.version !== version) {
      throw new Error(`${name} would be ${manifest.version} where the core is ${version}.`)
    }
    const changelog = await readFile(join(clone, 'packages', folder, 'CHANGELOG.md'), 'utf8')
    if (!changelog.includes(`\n## ${version}\n`)) {
      throw new Error(`The changelog of ${name} has nothing about ${version}.`)
    }
  }
  console.log(`${old.version} becomes ${version}`)
}

/** Right after a release nothing waits; the way to the next one is tried all the same. */
async function writeChangeset(): Promise<void> {
  const text = '---\n"@x/koywe-core": patch\n---\n\nA release that is only tried.\n'
  await writeFile(join(clone, '.changeset/dry-run.md'), text)
}

async function manifestOf(folder: string): Promise<{ readonly version: string }> {
  return JSON.parse(await readFile(join(clone, 'packages', folder, 'package.json'), 'utf8'))
}

/** Installs what was packed with the command that `pnpm pack:all` printed, and loads it as an application would. */
async function useTarballs(printed: string): Promise<void> {
  const [, args] = /^npm install (.+)$/m.exec(printed) ?? []
  if (args === undefined) throw new Error(`No command to install with was printed:\n${printed}`)
  await mkdir(application)
  await writeFile(join(application, 'package.json'), '{ "private": true, "type": "module" }\n')
  const quiet = '--prefer-offline --no-audit --no-fund'
  await outputOf('sh', ['-c', `npm install ${quiet} ${args}`], application)
  const { version } = await manifestOf('core')
  for (const { name } of published) {
    const file = join(application, 'node_modules', name, 'package.json')
    const installed = JSON.parse(await readFile(file, 'utf8')).version
    if (installed !== version) throw new Error(`${name} was installed as ${installed}.`)
  }
  for (const { name } of await publishedPackages()) {
    const load = `await import('${name}'); createRequire(import.meta.url)('${name}')`
    const program = `import { createRequire } from 'node:module'; ${load}`
    await outputOf(process.execPath, ['--input-type=module', '--eval', program], application)
  }
  await outputOf('npx', ['--no-install', 'koywe', 'events'], application)
}
