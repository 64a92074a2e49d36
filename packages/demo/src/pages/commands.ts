import { dirname } from 'node:path/posix'
import type { Page } from './page.js'

/** What the commands of the documentation may use. */
export interface KnownCommands {
  /** The scripts of every package.json, by its folder in the repository (`.` is the root). */
  readonly scripts: ReadonlyMap<string, readonly string[]>
  /** The options of every subcommand of `koywe`, such as `--url`. */
  readonly koywe: ReadonlyMap<string, ReadonlySet<string>>
}

/** A command in a shell block, or within the text of a page: its words, without comments. */
export type Words = readonly [string, ...string[]]

/** pnpm's own commands that the documentation uses. */
const ofPnpm = ['add', 'exec', 'install']

/** npm's own commands that the documentation uses; `start` and `test` are scripts as well. */
const ofNpm = ['install']

/** The commands of a page that we provide ourselves: pnpm, npm and koywe. */
export function commandsOf(page: Page): readonly Words[] {
  const shell = page.blocks.filter(({ language }) => ['sh', 'bash', 'console'].includes(language))
  const lines = [...shell.flatMap(({ code }) => linesOf(code)), ...page.inlineCode]
  return lines.flatMap((line) => line.split(/&&|\|\||[;|]/).flatMap((part) => ownCommand(part)))
}

/** Says what is wrong with a command, or nothing. */
export function faultOf(
  [program, ...words]: Words,
  page: Page,
  known: KnownCommands,
): string | undefined {
  switch (program) {
    case 'koywe':
      return faultOfKoywe(words, known)
    case 'pnpm':
      return faultOfPnpm(words, page, known)
    default:
      return faultOfNpm(words, page, known)
  }
}

/** Joins lines that end in a backslash, and leaves comments out. */
function linesOf(code: string): string[] {
  return code
    .replaceAll(/\\\n\s*/g, ' ')
    .split('\n')
    .map((line) => line.replace(/(^|\s)#.*$/, '').replace(/^\$ /, ''))
}

function ownCommand(text: string): readonly Words[] {
  const words = text.trim().split(/\s+/)
  if (words[0] === 'npx') words.splice(0, words[1] === '-y' ? 2 : 1)
  if (words[0] === 'node' && words[1]?.endsWith('packages/cli/koywe.mjs'))
    words.splice(0, 2, 'koywe')
  const [program = '', ...rest] = words
  // A word by itself, or with nothing but a name behind it, is spoken of and not run.
  if (rest.length === 0) return []
  if (/^pnpm(@\d+)?$/.test(program)) return [['pnpm', ...rest]]
  if (program === '@x/koywe-cli' || program === 'koywe') return [['koywe', ...rest]]
  return program === 'npm' ? [['npm', ...rest]] : []
}

function faultOfKoywe(words: readonly string[], known: KnownCommands): string | undefined {
  const [command = '', ...rest] = words
  if (command.startsWith('<') || command === '--help') return undefined
  const options = known.koywe.get(command)
  if (!options) return `koywe has no command ${command}`
  const end = rest.indexOf('--')
  const given = (end < 0 ? rest : rest.slice(0, end)).filter((word) => word.startsWith('--'))
  const unknown = given.filter((option) => !options.has(option))
  return unknown.length === 0 ? undefined : `koywe ${command} has no ${unknown.join(' ')}`
}

function faultOfPnpm(
  words: readonly string[],
  page: Page,
  known: KnownCommands,
): string | undefined {
  const rest = [...words]
  // Commands of an example's page run in its folder, unless they are meant for a clone.
  let folder = page.path.startsWith('examples/') ? dirname(page.path) : '.'
  while (rest[0]?.startsWith('-')) {
    const option = rest.shift()
    if (option === '--dir') folder = rest.shift() ?? ''
    if (option === '--filter') folder = `packages/${rest.shift()?.replace('@x/koywe-', '')}`
  }
  const [script = ''] = rest
  if (script === 'koywe') return faultOfKoywe(rest.slice(1), known)
  if (ofPnpm.includes(script)) return undefined
  const scripts = [...(known.scripts.get(folder) ?? []), ...(known.scripts.get('.') ?? [])]
  return scripts.includes(script) ? undefined : `there is no script ${script}`
}

function faultOfNpm(
  [command = '', name = '']: readonly string[],
  page: Page,
  known: KnownCommands,
): string | undefined {
  if (ofNpm.includes(command)) return undefined
  const script = command === 'run' ? name : command
  // Elsewhere npm runs in the reader's own application.
  if (!page.path.startsWith('examples/')) return undefined
  const scripts = known.scripts.get(dirname(page.path)) ?? []
  return scripts.includes(script) ? undefined : `${dirname(page.path)} has no script ${script}`
}
