import { expect, it } from 'vitest'
import { type Cell, tryCell } from './matrix.js'

/** Each framework, each way to start it and each format at least once; `whole-matrix.ts` tries all of them on four releases of Node. */
const sample: readonly Cell[] = [
  { framework: 'express', start: 'npm run', format: 'esm' },
  { framework: 'koa', start: 'tsx', format: 'cjs' },
  { framework: 'fastify', start: 'node --watch', format: 'esm' },
  { framework: 'nest', start: 'node', format: 'cjs' },
]

it.concurrent.each(sample)('sees $framework, started by $start, in $format', async (cell) => {
  expect(await tryCell(cell)).toBeUndefined()
})
