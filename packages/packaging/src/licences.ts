// pnpm licences: lists what an installation brings beside our packages. With --check, it fails where the list is out of date.
import { readFile, realpath, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { publishedCommands, publishedPackages } from './pack.js'

/** Licences that ask for no more than to be named. */
const allowed = ['MIT', 'ISC', 'BSD-2-Clause', 'BSD-3-Clause', 'Apache-2.0', '0BSD']

const packages = join(import.meta.dirname, '../..')
const list = join(packages, 'packaging/LICENCES.md')
const licences = new Map<string, string>()
const users = new Map<string, Set<string>>()

for (const { folder, name } of [...(await publishedPackages()), ...(await publishedCommands())]) {
  await follow(join(packages, folder), name)
}
const names = [...licences.keys()].toSorted()
const refused = names.filter((name) => !allowed.includes(licences.get(name) ?? ''))
if (refused.length > 0) {
  const reasons = refused.map((name) => `${name} (${licences.get(name)})`)
  console.error(`Not under ${allowed.join(', ')}: ${reasons.join(', ')}. Use other packages.`)
  process.exit(1)
}
const rows = names.map((name) => {
  const by = [...(users.get(name) ?? [])].toSorted().map((user) => `\`${user}\``)
  return `- \`${name}\`: ${licences.get(name)}, comes with ${by.join(', ')}`
})
const text = `# Licences of what is installed beside the packages

Written by \`pnpm licences\`. The frameworks are peers, which the application brings.

${rows.join('\n')}
`
if (!process.argv.includes('--check')) {
  await writeFile(list, text)
} else if ((await readFile(list, 'utf8')) !== text) {
  console.error('packages/packaging/LICENCES.md is out of date. Run `pnpm licences`.')
  process.exit(1)
}
console.log(`${names.length} packages, all under ${[...new Set(licences.values())].join(', ')}`)

/** Notes the dependencies of the package in a folder, and theirs. */
async function follow(folder: string, user: string): Promise<void> {
  const { dependencies = {}, optionalDependencies = {} } = await manifestIn(folder)
  for (const name of Object.keys({ ...dependencies, ...optionalDependencies })) {
    if (name.startsWith('@x/')) continue
    const seen = users.get(name) ?? new Set()
    users.set(name, seen)
    if (seen.has(user)) continue
    seen.add(user)
    const home = await find(name, folder)
    licences.set(name, (await manifestIn(home)).license ?? 'no licence')
    await follow(home, user)
  }
}

/** Where a package finds another: in the nearest node_modules that has it. */
async function find(name: string, from: string): Promise<string> {
  const found = await realpath(join(from, 'node_modules', name)).catch(() => undefined)
  if (found !== undefined) return found
  if (dirname(from) === from) throw new Error(`${name} is not installed. Run \`pnpm install\`.`)
  return find(name, dirname(from))
}

async function manifestIn(folder: string): Promise<{
  readonly license?: string
  readonly dependencies?: Readonly<Record<string, string>>
  readonly optionalDependencies?: Readonly<Record<string, string>>
}> {
  return JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'))
}
