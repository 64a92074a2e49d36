// pnpm release:version: turns the waiting changesets into the next version of all published packages, and into their changelogs.
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { outputOf } from '@x/koywe-testkit/output-of'

const root = join(import.meta.dirname, '../../..')

await outputOf('pnpm', ['changeset', 'version'], root)
const version = await versionOf('packages/core')
await nameInExamples(version)
await outputOf('pnpm', ['install', '--lockfile-only'], root)
console.log(version)

async function versionOf(folder: string): Promise<string> {
  return JSON.parse(await readFile(join(root, folder, 'package.json'), 'utf8')).version
}

/** The examples name our packages as an application would. Changesets leaves packages without a version of their own alone. */
async function nameInExamples(version: string): Promise<void> {
  for (const example of await readdir(join(root, 'examples'), { withFileTypes: true })) {
    if (!example.isDirectory()) continue
    const file = join(root, 'examples', example.name, 'package.json')
    const manifest = await readFile(file, 'utf8')
    const range = /("@x\/koywe-[\w-]+": ")\^\d+\.\d+\.\d+(")/g
    await writeFile(file, manifest.replace(range, `$1^${version}$2`))
  }
}
