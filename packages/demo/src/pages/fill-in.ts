import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { isSpanish, root } from './find-pages.js'
import type { Page } from './page.js'

const sections = join(import.meta.dirname, '../../sections')

/**
 * Returns a page with everything that is written elsewhere filled in anew:
 *
 * - a code block below a comment that names a file of the examples, `<!-- examples/… -->`, holds that file;
 * - between `<!-- section: name key=value -->` and `<!-- end -->` stands `sections/name.md`, in which `{key}` is replaced. A
 *   Spanish page gets `sections/name.es.md`.
 */
export async function fillIn(page: Page): Promise<string> {
  const withSections = await replaceEach(
    page.markdown,
    /(<!-- section: (\S+)(.*) -->\n)[\s\S]*?(<!-- end -->)/g,
    async ([, start = '', name = '', values = '', end = '']) => {
      const file = join(sections, `${name}${isSpanish(page) ? '.es' : ''}.md`)
      return `${start}\n${withValues(await readFile(file, 'utf8'), values)}\n${end}`
    },
  )
  return replaceEach(
    withSections,
    /(<!-- (examples\/\S+) -->\n\n?```\w+\n)[\s\S]*?(```)/g,
    async ([, start = '', path = '', end = '']) =>
      start + (await readFile(join(root, path), 'utf8')) + end,
  )
}

async function replaceEach(
  text: string,
  pattern: RegExp,
  replacementOf: (match: RegExpExecArray) => Promise<string>,
): Promise<string> {
  let result = ''
  let end = 0
  for (const match of text.matchAll(pattern)) {
    result += text.slice(end, match.index) + (await replacementOf(match))
    end = match.index + match[0].length
  }
  return result + text.slice(end)
}

/** @throws {Error} when the section has a placeholder without a value, or the other way round. */
function withValues(section: string, values: string): string {
  let result = section.trim()
  for (const pair of values.trim().split(/ +/).filter(Boolean)) {
    const [name, value = ''] = pair.split('=')
    if (!result.includes(`{${name}}`)) throw new Error(`the section has no placeholder {${name}}`)
    result = result.replaceAll(`{${name}}`, value)
  }
  const [left] = /\{[a-z]+\}/.exec(result) ?? []
  if (left !== undefined) throw new Error(`the section needs a value for ${left}`)
  return `${result}\n`
}
