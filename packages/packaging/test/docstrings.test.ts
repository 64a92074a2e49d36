import { execFile } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, describe, expect, it } from 'vitest'

const packages = join(import.meta.dirname, '../..')

/** The functions that a user begins with, by package. */
const entryFunctions = {
  core: [
    'ask',
    'bearer',
    'completeIn',
    'createKoyweAuthCallback',
    'createKoywePayments',
    'createKoyweWebhooks',
    'createMemoryDedupeStore',
    'createPostgresDedupeStore',
    'createRedisDedupeStore',
    'deliver',
    'instrumentKoywe',
    'koyweOrder',
    'migrateKoyweDedupe',
    'readBody',
    'signEvent',
  ],
  express: ['koyweAuthCallback', 'koywePayments', 'koyweWebhooks'],
  fastify: ['koyweAuthCallback', 'koywePayments', 'koyweWebhooks'],
  koa: ['koyweAuthCallback', 'koywePayments', 'koyweWebhooks'],
}

const folders: string[] = []

afterAll(async () => {
  await Promise.all(folders.map((folder) => rm(folder, { recursive: true })))
})

describe.each(Object.entries(entryFunctions))('in the types of packages/%s', (name, functions) => {
  it.each(functions)('%s has an example in its docstring', async (entry) => {
    expect((await examplesOf(name)).get(entry) ?? []).not.toEqual([])
  })
})

it('every example in a docstring compiles', { timeout: 120_000 }, async () => {
  const files: string[] = []
  for (const name of Object.keys(entryFunctions)) {
    // In the folder of the package, so that its packages are found.
    const folder = await temporaryFolder(join(packages, name))
    for (const [entry, examples] of await examplesOf(name)) {
      for (const [index, code] of examples.entries()) {
        const file = join(folder, `${entry}-${index}.ts`)
        await writeFile(file, `${code}\nexport {}\n`)
        files.push(file)
      }
    }
  }
  const config = join(await temporaryFolder(join(packages, 'packaging')), 'tsconfig.json')
  const compilerOptions = { noEmit: true, noUnusedLocals: false }
  const settings = { extends: join(packages, '../tsconfig.base.json'), compilerOptions, files }
  await writeFile(config, JSON.stringify(settings))
  expect(await compile(config)).toBe('')
})

/** The code of every `@example` in the built declarations of a package, by the name of what it documents. */
async function examplesOf(name: string): Promise<ReadonlyMap<string, readonly string[]>> {
  const dist = join(packages, name, 'dist/esm')
  const files = await readdir(dist, { recursive: true })
  const found = new Map<string, readonly string[]>()
  for (const file of files.filter((path) => path.endsWith('.d.ts'))) {
    const declarations = await readFile(join(dist, file), 'utf8')
    const documented =
      /\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\s*export declare (?:async )?(?:function|const) (\w+)/g
    for (const [, comment = '', entry = ''] of declarations.matchAll(documented)) {
      const text = comment.replace(/^ *\* ?/gm, '')
      const examples = [...text.matchAll(/^@example\n```ts\n([\s\S]*?)```/gm)]
      if (examples.length > 0) {
        found.set(
          entry,
          examples.map(([, code = '']) => code),
        )
      }
    }
  }
  return found
}

async function temporaryFolder(parent: string): Promise<string> {
  const folder = await mkdtemp(join(parent, 'docstrings-'))
  folders.push(folder)
  return folder
}

/** What the compiler says: nothing when all is well. */
async function compile(config: string): Promise<string> {
  const home = dirname(createRequire(import.meta.url).resolve('typescript/package.json'))
  const command = [join(home, 'bin/tsc'), '-p', config, '--pretty', 'false']
  try {
    return (await promisify(execFile)(process.execPath, command)).stdout
  } catch (error) {
    const { stdout } = error as { readonly stdout: string } // execFile attaches the output to its error
    return stdout || String(error)
  }
}
