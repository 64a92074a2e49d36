import { access } from 'node:fs/promises'
import { join, posix } from 'node:path'
import { root } from './find-pages.js'
import type { Page } from './page.js'

/** How a page that is read elsewhere, on npm or in a copied example, links to another package's. */
const onGitHub = 'https://github.com/x/koywe-webhooks/blob/main/'

/**
 * The links of a page that lead nowhere, each as a sentence: a relative link, or one to this repository on GitHub, to a file that does
 * not exist, or to a heading that its page does not have. Other links to the web are not followed.
 *
 * @param pages All pages, whose headings are known.
 */
export async function brokenLinksOf(page: Page, pages: readonly Page[]): Promise<string[]> {
  const broken = await Promise.all(
    page.links.map(async ({ url, line }) => {
      const reason = await faultOf(url, page, pages)
      return reason === undefined ? [] : [`${page.path}:${line}: ${url} ${reason}`]
    }),
  )
  return broken.flat()
}

async function faultOf(
  url: string,
  page: Page,
  pages: readonly Page[],
): Promise<string | undefined> {
  if (isAbroad(url) && !url.startsWith(onGitHub)) return undefined
  const [path = '', anchor] = url.split('#')
  const target = targetOf(url, page)
  if (path !== '' && !(await exists(target))) return 'leads to no file'
  if (anchor === undefined) return undefined
  const linked = pages.find((other) => other.path === target)
  if (!linked) return 'leads into a file that is not a page'
  return linked.headings.some((heading) => heading.anchor === anchor)
    ? undefined
    : `leads to no heading of ${target}`
}

/** Whether a link leads out of the repository. */
export function isAbroad(url: string): boolean {
  return /^[a-z]+:/.test(url)
}

/** The file in the repository that a link names. */
export function targetOf(url: string, { path }: Page): string {
  const [file = ''] = url.split('#')
  if (file.startsWith(onGitHub)) return file.slice(onGitHub.length)
  return file === '' ? path : posix.join(posix.dirname(path), decodeURIComponent(file))
}

async function exists(path: string): Promise<boolean> {
  return access(join(root, path)).then(
    () => true,
    () => false,
  )
}
