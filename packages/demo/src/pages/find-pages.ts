import { readdir, readFile } from 'node:fs/promises'
import { join, posix } from 'node:path'
import { type Page, parsePage } from './page.js'

/** The root of the repository. */
export const root = join(import.meta.dirname, '../../../..')

/** Every page of the documentation: the Markdown files of these folders, so that a new page is found by itself. */
export async function findPages(): Promise<readonly Page[]> {
  const packages = await foldersIn('packages')
  const folders = [
    '.',
    '.github',
    'examples',
    ...(await foldersIn('examples')),
    ...packages,
    ...packages.map((folder) => `${folder}/docs`),
  ]
  const paths = (await Promise.all(folders.map(markdownIn))).flat().sort()
  return Promise.all(
    paths.map(async (path) => parsePage(path, await readFile(join(root, path), 'utf8'))),
  )
}

/** Whether a page is a Spanish translation, which has the code blocks of the page it translates. */
export function isSpanish({ path }: Pick<Page, 'path'>): boolean {
  return path.endsWith('.es.md')
}

async function foldersIn(folder: string): Promise<string[]> {
  const entries = await readdir(join(root, folder), { withFileTypes: true })
  return entries
    .filter((entry) => entry.isDirectory() && entry.name !== 'node_modules')
    .map(({ name }) => `${folder}/${name}`)
}

/** Only that folder's own files; none when there is no such folder. */
async function markdownIn(folder: string): Promise<string[]> {
  const entries = await readdir(join(root, folder), { withFileTypes: true }).catch(() => [])
  return entries
    .filter((entry) => entry.isFile() && entry.name.endsWith('.md'))
    .map(({ name }) => posix.join(folder, name))
}
