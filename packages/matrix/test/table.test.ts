import { expect, it } from 'vitest'
import { replaceBetween } from '../src/document.js'
import { rowsOf } from '../src/rows.js'
import type { Outcome } from '../src/run-row.js'
import { formatCompanions, formatOutcome, formatTable } from '../src/table.js'

const claims = [
  {
    adapter: 'koa',
    frameworks: [{ name: 'koa2', published: 'koa', range: '^2.13.0' }],
    companions: [{ name: 'router', published: '@koa/router', range: '^14.0.0' }],
  },
]
const nodes: Record<string, string> = { '20.19.0': '20.19.0', '22': '22.24.1' }
const outcomes = rowsOf(claims, Object.keys(nodes)).map(
  (row): Outcome => ({
    row,
    node: nodes[row.node] ?? '',
    versions: {
      koa: row.frameworkEnd === 'lowest' ? '2.13.0' : '2.16.4',
      router: row.companionsEnd === 'lowest' ? '14.0.0' : '14.2.0',
    },
    passed: 10,
    seconds: 3,
    ...(row.key === 'koa 2 highest, lowest routers, node 22' && { fault: 'one\ntwo' }),
  }),
)

it('the table has a line for each version with what stood beside it, and a column for each Node', () => {
  expect(formatTable(outcomes).split('\n')).toEqual([
    '| Framework  | Beside it | Node 20.19.0 | Node 22.24.1 |',
    '| ---------- | --------- | -----------: | -----------: |',
    '| koa 2.13.0 | lowest    |           10 |           10 |',
    '| koa 2.13.0 | highest   |           10 |           10 |',
    '| koa 2.16.4 | lowest    |           10 |       failed |',
    '| koa 2.16.4 | highest   |           10 |           10 |',
  ])
})

it('a row that was not played leaves its cell empty', () => {
  expect(formatTable(outcomes.slice(1, 3)).split('\n').slice(2)).toEqual([
    '| koa 2.13.0 | lowest    |           10 |              |',
    '| koa 2.13.0 | highest   |              |           10 |',
  ])
})

it('what stood beside it is listed with both ends', () => {
  expect(formatCompanions(claims, outcomes).split('\n').slice(2)).toEqual([
    '| koa       | @koa/router | 14.0.0 | 14.2.0  |',
  ])
})

it('a failure is told below its row', () => {
  const failed = outcomes.filter(({ fault }) => fault !== undefined)
  expect(failed.map(formatOutcome)).toEqual([
    'FAILED koa 2 highest, lowest routers, node 22: koa 2.16.4 on node 22.24.1, 10 tests, 3 s\n       one\n       two',
  ])
})

it('the document keeps what is outside the markers', () => {
  const [start, end] = [
    '<!-- the matrix: written by pnpm test:matrix --write -->',
    '<!-- the end of the matrix -->',
  ]
  const document = `# Title\n\n${start}\nold\n${end}\n\nafter\n`
  const written = replaceBetween(document, 'new')
  expect(written).toBe(`# Title\n\n${start}\n\nnew\n\n${end}\n\nafter\n`)
  expect(replaceBetween(written, 'new')).toBe(written)
  expect(() => replaceBetween('# Title', 'new')).toThrow('The markers are missing.')
})
