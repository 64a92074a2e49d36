import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { changesIn, linesFrom } from '../src/changes.js'
import { differences, type Survivors } from '../src/survivors.js'

const source = `function one(a) {
  if (a) {
    return true
  }
}
function two() {
  return true
}`

/** What Stryker reports of the source when it changes the first `text` behind another. */
function reportOf(
  text: string,
  replacement: string,
  { status = 'Survived', after = '', inSource = source, path = 'packages/core/src/http/a.ts' } = {},
) {
  const start = inSource.indexOf(text, inSource.indexOf(after))
  const place = (at: number) => {
    const lines = inSource.slice(0, at).split('\n')
    return { line: lines.length, column: (lines.at(-1) ?? '').length + 1 }
  }
  const location = { start: place(start), end: place(start + text.length) }
  return { files: { [path]: { source: inSource, mutants: [{ status, replacement, location }] } } }
}

describe('a change', () => {
  it('is named by its line before and after', () => {
    expect(changesIn(reportOf('a)', 'true)', { after: 'if' }))).toEqual([
      {
        file: 'http/a.ts',
        lineNumber: 2,
        line: 'if (a) {',
        becomes: 'if (true) {',
        noticed: false,
      },
    ])
  })

  it('has the lines above it in its name where its own is in the file twice', () => {
    const [first] = changesIn(reportOf('true', 'false'))
    const [second] = changesIn(reportOf('true', 'false', { after: 'two' }))
    expect(first).toMatchObject({ line: 'if (a) { return true', becomes: 'return false' })
    expect(second).toMatchObject({ line: 'function two() { return true', becomes: 'return false' })
  })

  it('of several lines is written on one', () => {
    const [change] = changesIn(reportOf('{\n    return true\n  }', '{}'))
    expect(change).toMatchObject({ line: 'if (a) {', becomes: 'if (a) {}' })
  })

  it.each([
    ['Killed', true],
    ['Timeout', true],
    ['Survived', false],
    ['NoCoverage', false],
    ['CompileError', undefined],
    ['RuntimeError', undefined],
    ['Ignored', undefined],
  ])('of the status %s is noticed: %s', (status, noticed) => {
    expect(changesIn(reportOf('true', 'false', { status }))).toMatchObject([{ noticed }])
  })
})

describe('the list', () => {
  const survivors: Survivors = {
    'http/a.ts': [{ line: 'if (a) {', becomes: ['if (true) {'], because: 'a reason' }],
  }
  const found = (...options: Parameters<typeof reportOf>) => changesIn(reportOf(...options))

  it('agrees with what no test notices, also when lines were added above', () => {
    for (const inSource of [source, `\n// A comment.\n${source}`]) {
      expect(differences(found('a)', 'true)', { after: 'if', inSource }), survivors)).toEqual([])
    }
  })

  it('lacks a change that no test notices', () => {
    expect(differences(found('a)', 'true)', { after: 'if' }), {})).toEqual([
      'No test notices, and it is not listed: http/a.ts:2\n  - if (a) {\n  + if (true) {',
    ])
    expect(differences(found('a)', 'false)', { after: 'if' }), survivors)).toHaveLength(2)
  })

  it('is stale where a test notices by now, or the change is gone', () => {
    const killed = found('a)', 'true)', { after: 'if', status: 'Killed' })
    expect(differences(killed, survivors)).toEqual([
      'A test notices by now what is listed: http/a.ts\n  - if (a) {\n  + if (true) {',
    ])
    expect(differences(found('two', 'three', { status: 'Killed' }), survivors)).toEqual([
      'What is listed is not in the source any more: http/a.ts\n  - if (a) {\n  + if (true) {',
    ])
  })

  it('is not compared with files that were not changed', () => {
    const other = found('true', 'false', { status: 'Killed', path: 'packages/core/src/http/b.ts' })
    expect(differences(other, survivors)).toEqual([])
  })
})

it('every change that is listed is of a line in the source, and has a reason', () => {
  const survivors: Survivors = JSON.parse(
    readFileSync(join(import.meta.dirname, '../survivors.json'), 'utf8'),
  )
  for (const [file, entries] of Object.entries(survivors)) {
    const path = join(import.meta.dirname, '../../core/src', file)
    const text = linesFrom(readFileSync(path, 'utf8').split('\n'), 0, Number.POSITIVE_INFINITY)
    for (const { line, becomes, because } of entries) {
      expect(text, `${file} has the line of the list`).toContain(line)
      expect(becomes.length).toBeGreaterThan(0)
      expect(because).toMatch(/\.$/)
    }
  }
})
