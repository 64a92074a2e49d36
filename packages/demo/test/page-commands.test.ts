import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { environment } from '@x/koywe-testkit/environment'
import { run } from '@x/koywe-testkit/run'
import { describe, expect, it } from 'vitest'
import { commandsOf, faultOf, type KnownCommands } from '../src/pages/commands.js'
import { findPages, root } from '../src/pages/find-pages.js'
import { parsePage } from '../src/pages/page.js'

const pages = await findPages()
const known: KnownCommands = { scripts: await readScripts(), koywe: await readKoywe() }

function faultsIn(markdown: string, path = 'packages/x/README.md'): string[] {
  const page = parsePage(path, markdown)
  return commandsOf(page).flatMap((words) => faultOf(words, page, known) ?? [])
}

describe.each(pages)('$path', ({ path, markdown }) => {
  it('names only commands, scripts and options that exist', () => {
    expect(faultsIn(markdown, path)).toEqual([])
  })
})

it('finds the commands of the documentation', () => {
  expect(pages.flatMap(commandsOf).length).toBeGreaterThan(80)
})

describe('the check of commands', () => {
  it.each([
    ['pnpm demo koa', []],
    ['npx -y pnpm@10 install && npx -y pnpm@10 nothing', ['there is no script nothing']],
    ['npx -y pnpm@10 --silent koywe send crypto_delivered --tamper', []],
    ['npx @x/koywe-cli doctor https://a.cl --i-own-this-server', []],
    ['koywe order on-ramp \\\n  --loud    # --also', ['koywe order has no --loud']],
    ['echo a; koywe conquer', ['koywe has no command conquer']],
    ['node ../../packages/cli/koywe.mjs sing', ['koywe has no command sing']],
  ])('%s', (command, faults) => {
    expect(faultsIn(`\`\`\`sh\n${command}\n\`\`\`\n`)).toEqual(faults)
  })

  it('knows the scripts of an example', () => {
    const commands = '```sh\nnpm install\nnpm start\nnpm run worker\nnpm run walker\n```\n'
    expect(faultsIn(commands, 'examples/express-bullmq/README.md')).toEqual([
      'examples/express-bullmq has no script walker',
    ])
  })

  it('reads code within the text', () => {
    expect(faultsIn('Run `koywe sned crypto_delivered`, or `koywe <command> --help`.')).toEqual([
      'koywe has no command sned',
    ])
  })
})

async function readScripts(): Promise<KnownCommands['scripts']> {
  const folders = [...new Set(['.', ...pages.map(({ path }) => dirname(path))])]
  const found = await Promise.all(
    folders.map(async (folder) => {
      const text = await readFile(join(root, folder, 'package.json'), 'utf8').catch(() => '{}')
      return [folder, Object.keys(JSON.parse(text).scripts ?? {})] as const
    }),
  )
  return new Map(found)
}

/** Asks the built command for its help. */
async function readKoywe(): Promise<KnownCommands['koywe']> {
  const names = (await help()).matchAll(/^ {2}([a-z]+) [[<]/gm)
  const found = await Promise.all(
    [...names].map(async ([, name = '']) => {
      const options = (await help(name)).match(/--[a-z-]+/g)
      return [name, new Set(options)] as const
    }),
  )
  return new Map(found)
}

async function help(...command: string[]): Promise<string> {
  const program = join(root, 'packages/cli/dist/main.js')
  const all = [process.execPath, program, ...command, '--help'] as const
  const { code, stdout } = await run({ command: all, folder: root, env: environment() }, 60_000)
  if (code !== 0) throw new Error(`koywe ${command.join(' ')} --help failed; build first`)
  return stdout
}
