import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { publishedCommands, publishedPackages } from '@x/koywe-packaging/pack'
import { describe, expect, it } from 'vitest'
import { brokenLinksOf, isAbroad, targetOf } from '../src/pages/broken-links.js'
import { fillIn } from '../src/pages/fill-in.js'
import { findPages, root } from '../src/pages/find-pages.js'
import { parsePage } from '../src/pages/page.js'

const pages = await findPages()
const pageOf = (path: string) => pages.find((page) => page.path === path)

it('finds the pages of every kind', () => {
  const paths = pages.map(({ path }) => path)
  expect(paths).toEqual(
    expect.arrayContaining([
      'README.md',
      '.github/CONTRIBUTING.md',
      '.github/SECURITY.md',
      'examples/README.md',
      'examples/express/README.md',
      'packages/core/README.md',
      'packages/core/docs/stores.md',
      'packages/conformance/README.md',
    ]),
  )
  expect(paths.filter((path) => path.includes('node_modules'))).toEqual([])
})

it.each([
  ['README.md', 170],
  ['packages/express/README.md', 90],
  ['packages/koa/README.md', 90],
  ['packages/fastify/README.md', 90],
])('keeps %s short', (path, lines) => {
  expect(pageOf(path)?.markdown.trimEnd().split('\n').length).toBeLessThanOrEqual(lines)
})

describe.each(pages)('$path', (page) => {
  it('shows other files and shared sections as they are (pnpm readme writes them)', async () => {
    expect(page.markdown).toBe(await fillIn(page))
  })

  it('has no link that leads nowhere', async () => {
    expect(await brokenLinksOf(page, pages)).toEqual([])
  })

  it('begins with its only title', () => {
    expect(page.headings.map(({ depth }) => depth).indexOf(1)).toBe(0)
    expect(page.headings.filter(({ depth }) => depth === 1)).toHaveLength(1)
  })
})

describe.each([...(await publishedPackages()), ...(await publishedCommands())])(
  'the pages of $name on npm',
  async ({ folder }) => {
    const home = `packages/${folder}/`
    const own = pages.filter(({ path }) => path.startsWith(home))
    const { files } = JSON.parse(await readFile(join(root, home, 'package.json'), 'utf8'))

    it.each(own)('$path links to what is in the package, or to the web', (page) => {
      const targets = page.links.flatMap(({ url }) => (isAbroad(url) ? [] : targetOf(url, page)))
      expect(targets.filter((target) => !target.startsWith(home))).toEqual([])
    })

    it('are packed', () => {
      const folders = own.flatMap(({ path }) => /^(\w+)\//.exec(path.slice(home.length))?.[1] ?? [])
      expect(files).toEqual(expect.arrayContaining([...new Set(folders)]))
    })
  },
)

describe('the check of links', () => {
  const check = (markdown: string) => {
    const page = parsePage('.github/TEST.md', markdown)
    return brokenLinksOf(page, [...pages, page])
  }

  const onGitHub = 'https://github.com/x/koywe-webhooks/blob/main'

  it('accepts files, folders, headings and the web', async () => {
    const good =
      '# A b\n\n[1](#a-b) [2](../README.md#documentation) [3](../examples) [4](https://x.cl/#y)'
    expect(await check(`${good} [5](${onGitHub}/README.md#documentation)`)).toEqual([])
  })

  it.each([
    ['#a-c', 'leads to no heading of .github/TEST.md'],
    ['../README.md#nowhere', 'leads to no heading of README.md'],
    ['../NOWHERE.md', 'leads to no file'],
    ['../LICENSE#mit', 'leads into a file that is not a page'],
    [`${onGitHub}/NOWHERE.md`, 'leads to no file'],
    [`${onGitHub}/README.md#nowhere`, 'leads to no heading of README.md'],
  ])('reports %s', async (url, reason) => {
    expect(await check(`# A b\n\n[link](${url})`)).toEqual([`.github/TEST.md:3: ${url} ${reason}`])
  })

  it('does not take code for a link or a heading', async () => {
    expect(await check('`[1](#x)`\n\n```sh\n# [2](#x)\n```\n')).toEqual([])
  })
})
