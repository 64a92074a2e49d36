import { dirname, relative } from 'node:path/posix'
import { describe, expect, it } from 'vitest'
import { findPages, isSpanish } from '../src/pages/find-pages.js'
import { type Page, parsePage } from '../src/pages/page.js'

const pages = await findPages()
const translations = pages.filter(isSpanish)

/** The pages for those who use the packages. Pages for contributors are in English alone. */
const forUsers =
  /^(README|(examples|packages\/conformance)\/README|(examples|packages\/(core|express|koa|fastify|cli))\/[\w/-]+)\.md$/

/**
 * A page's translation is beside it, with two exceptions: the top level is kept small, and npm shows only one README of a package, and
 * not always the English one if two are beside each other.
 */
function translated(path: string): string {
  const home = path === 'README.md' ? '.github/README.md' : path
  return home
    .replace(/^(packages\/\w+)\/README\.md$/, '$1/docs/README.md')
    .replace(/\.md$/, '.es.md')
}

/**
 * What a translation has in common with its sibling: the levels of the headings, and the code, whose comments stay in English. Only
 * the words in a diagram are translated.
 */
function structureOf({ headings, blocks }: Page) {
  return {
    depths: headings.map(({ depth }) => depth),
    blocks: blocks.map(({ language, code }) => ({
      language,
      code: language === 'mermaid' ? undefined : code,
    })),
  }
}

const wanted = pages.filter((page) => !isSpanish(page) && forUsers.test(page.path))

it('wants a translation of what users read, and of nothing else', () => {
  const paths = wanted.map(({ path }) => path)
  for (const folder of ['', 'examples/', 'examples/koa/', 'packages/core/', 'packages/cli/']) {
    expect(paths).toContain(`${folder}README.md`)
  }
  expect(paths).toContain('packages/core/docs/stores.md')
  expect(paths.filter((path) => /^(\.github|packages\/bench)\//.test(path))).toEqual([])
})

describe.each(wanted)('$path', (page) => {
  it('has a Spanish translation with the same headings and the same code', () => {
    const translation = translations.find(({ path }) => path === translated(page.path))
    expect(translation, `${translated(page.path)} is missing`).toBeDefined()
    if (translation) expect(structureOf(translation)).toEqual(structureOf(page))
  })

  it('links to its translation, which links back', () => {
    const linksOf = (path: string) =>
      pages.find((one) => one.path === path)?.links.map(({ url }) => url)
    const there = translated(page.path)
    expect(linksOf(page.path)?.[0]).toBe(relative(dirname(page.path), there))
    expect(linksOf(there)?.[0]).toBe(relative(dirname(there), page.path))
  })
})

it('has no translation without a page', () => {
  const known = pages.map(({ path }) => translated(path))
  expect(translations.map(({ path }) => path).filter((path) => !known.includes(path))).toEqual([])
})

describe('the comparison', () => {
  const english = '# A\n\n## B\n\n```sh\nnpm start    # starts\n```\n'
  const same = (spanish: string) =>
    expect(structureOf(parsePage('a.es.md', spanish))).toEqual(
      structureOf(parsePage('a.md', english)),
    )

  it('accepts a translation', () => {
    same('# Á\n\nMás texto.\n\n## É\n\n```sh\nnpm start    # starts\n```\n')
  })

  it.each([
    ['a heading is missing', '# Á\n\n```sh\nnpm start    # starts\n```\n'],
    ['a heading has another level', '# Á\n\n### É\n\n```sh\nnpm start    # starts\n```\n'],
    ['code differs', '# Á\n\n## É\n\n```sh\nnpm start    # empieza\n```\n'],
    ['code is missing', '# Á\n\n## É\n'],
  ])('refuses one where %s', (_name, spanish) => {
    expect(() => same(spanish)).toThrow()
  })
})
