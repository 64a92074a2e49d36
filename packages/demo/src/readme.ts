import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

const root = join(import.meta.dirname, '../../..')
const readme = join(root, 'README.md')

/** Puts the file that is named in a comment above a code block of the README into that block. */
export async function withFiles(markdown: string): Promise<string> {
  const block = /(<!-- (examples\/\S+) -->\n```ts\n)[\s\S]*?(```)/g
  let result = markdown
  for (const [whole, start = '', path = '', end = ''] of markdown.matchAll(block)) {
    const code = await readFile(join(root, path), 'utf8')
    result = result.replace(whole, () => start + code + end)
  }
  return result
}

/** The first code block below a comment of the README. */
export function blockBelow(markdown: string, comment: string): string {
  const start = markdown.indexOf(`<!-- ${comment} -->\n\`\`\`ts\n`)
  if (start < 0) throw new Error(`the README has no block below the comment ${comment}`)
  const code = markdown.slice(markdown.indexOf('```ts\n', start) + '```ts\n'.length)
  return code.slice(0, code.indexOf('```'))
}

/** The README as it is on the disk. */
export function readReadme(): Promise<string> {
  return readFile(readme, 'utf8')
}

if (process.argv.includes('--write')) await writeFile(readme, await withFiles(await readReadme()))
