// pnpm bench [--quick] [--only in-process|http|memory|import|hostile|inspect]
import { parseArgs } from 'node:util'
import { measureHostile } from './hostile.js'
import { measureHttp } from './http.js'
import { measureImports } from './imports.js'
import { measureInProcess } from './in-process.js'
import { measureInspected } from './inspected.js'
import { measureMemory } from './memory.js'
import { formatTable, type Section } from './table.js'

const parts: Readonly<Record<string, (quick: boolean) => Promise<Section>>> = {
  'in-process': measureInProcess,
  http: measureHttp,
  memory: measureMemory,
  import: measureImports,
  hostile: measureHostile,
  inspect: measureInspected,
}

const { values } = parseArgs({
  options: { quick: { type: 'boolean', default: false }, only: { type: 'string' } },
})
const { quick, only } = values
if (only !== undefined && !Object.hasOwn(parts, only)) {
  throw new TypeError(`--only is one of ${Object.keys(parts).join(', ')}.`)
}

const sections: Section[] = []
for (const [name, measure] of Object.entries(parts)) {
  if (only !== undefined && only !== name) continue
  const start = performance.now()
  sections.push(await measure(quick))
  process.stderr.write(`${name}: ${((performance.now() - start) / 1000).toFixed(0)} s\n`)
}
process.stdout.write(formatTable(sections))
