import { appendFileSync } from 'node:fs'
import { join } from 'node:path'
import { defineConfig, type Plugin } from 'vitest/config'

/** The row's folder, a file to list in it what was imported, and by which names it is installed. */
const { ROW_FOLDER: folder = '', ROW_USED: used = '', ROW_IMPORTS = '{}' } = process.env
const imports = new Map<string, string>(Object.entries(JSON.parse(ROW_IMPORTS)))

/** Resolves the imports of the row as a file in its folder would. Everything else stays as it is. */
const fromRow: Plugin = {
  name: 'from-row',
  enforce: 'pre',
  async resolveId(source, importer) {
    const installed = imports.get(source)
    if (installed === undefined || importer?.startsWith(folder)) return null
    const found = await this.resolve(installed, join(folder, 'index.js'), { skipSelf: true })
    if (!found?.id.startsWith(folder)) throw new Error(`${source} is not installed in ${folder}`)
    appendFileSync(used, `${source}\n`)
    return found
  },
}

/** Runs a test file as it is, with the packages of one row of the matrix instead of the workspace's. */
export default defineConfig({
  root: join(import.meta.dirname, '../../..'),
  plugins: [fromRow],
  test: { maxWorkers: 1, maxConcurrency: 8, testTimeout: 120_000, hookTimeout: 120_000 },
})
