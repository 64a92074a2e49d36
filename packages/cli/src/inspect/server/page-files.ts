import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { extname, join, relative, sep } from 'node:path'

/** A file of the page, as it is served. */
export interface PageFile {
  readonly type: string
  readonly content: Buffer
}

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
}

/** Reads the files of the page once, so that no request ever names a file on the disk. */
export function readPage(folder: string): ReadonlyMap<string, PageFile> {
  const files = new Map<string, PageFile>()
  if (!existsSync(folder)) return files
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    const file = join(folder, name)
    const type = types[extname(name)]
    if (type === undefined || !statSync(file).isFile()) continue
    const path = `/${relative(folder, file).split(sep).join('/')}`
    files.set(path, { type, content: readFileSync(file) })
  }
  const index = files.get('/index.html')
  if (index) files.set('/', index)
  return files
}
