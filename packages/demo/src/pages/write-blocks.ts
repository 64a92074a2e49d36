import { mkdir, writeFile } from 'node:fs/promises'
import { basename, join, posix, relative } from 'node:path'
import { root } from './find-pages.js'
import type { Block, Page } from './page.js'

/** A code block that was written to a file, so that it can be compiled and run. */
export interface WrittenBlock {
  /** Where it is in the documentation: `page:line`. */
  readonly place: string
  readonly block: Block
  readonly file: string
}

/** The languages that are compiled or run. */
const languages = ['ts', 'js']

/** What a block of a page may import that is not on the page, from the folder that the page tells its reader to use. */
const neighbours: Readonly<Record<string, string>> = {
  'store-suite.ts': 'packages/core/test/dedupe/store-suite.js',
}

/**
 * Writes the code blocks of the pages below `folder`, one folder for each page. A block whose label names a file,
 * `<!-- file: name.ts -->` or `<!-- examples/…/name.ts -->`, gets that name, and can be imported by every other block.
 */
export async function writeBlocks(
  pages: readonly Page[],
  folder: string,
): Promise<readonly WrittenBlock[]> {
  const named = pages.flatMap((page) =>
    page.blocks.flatMap((block) => (nameOf(block) === undefined ? [] : [{ page, block }])),
  )
  const written = await Promise.all(
    pages.map(async (page) => {
      const blocks = page.blocks.filter(({ language }) => languages.includes(language))
      if (blocks.length === 0) return []
      const home = join(folder, page.path.replaceAll(/[/.]+/g, '-'))
      await mkdir(home)
      for (const { block } of named) await write(join(home, nameOf(block) ?? ''), block.code)
      for (const [name, path] of Object.entries(neighbours)) {
        const target = relative(home, join(root, path)).replaceAll('\\', '/')
        await write(join(home, name), `export * from '${target}'\n`)
      }
      return Promise.all(
        blocks.map(async (block) => {
          const file = join(home, nameOf(block) ?? `line-${block.line}${extensionOf(block)}`)
          await write(file, block.code)
          return { place: `${page.path}:${block.line}`, block, file }
        }),
      )
    }),
  )
  return written.flat()
}

/** The name that a block's label gives it. */
function nameOf({ label }: Block): string | undefined {
  const [, path] = /^(?:file: |(?=examples\/))(\S+)$/.exec(label ?? '') ?? []
  return path === undefined ? undefined : posix.basename(path)
}

/** JavaScript with `require` is CommonJS; everything else is ES modules. */
function extensionOf({ language, code }: Block): string {
  if (language === 'ts') return '.ts'
  return /\brequire\(/.test(code) ? '.cjs' : '.mjs'
}

/** Every TypeScript file is a module, even one without imports. */
function write(file: string, code: string): Promise<void> {
  const isTypeScript = basename(file).endsWith('.ts')
  return writeFile(file, isTypeScript ? `${code}export {}\n` : code)
}
