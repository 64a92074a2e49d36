import GithubSlugger from 'github-slugger'
import type { Code, Heading, Html, Nodes } from 'mdast'
import { fromMarkdown } from 'mdast-util-from-markdown'
import { toString as textOf } from 'mdast-util-to-string'
import { visit } from 'unist-util-visit'

/** A code block of a page. */
export interface Block {
  /** What follows the opening fence; empty without a language. */
  readonly language: string
  readonly code: string
  /** The line of the opening fence, from 1. */
  readonly line: number
  /** The text of the HTML comment right above the block, which says more about it. */
  readonly label: string | undefined
}

/** A heading of a page. */
export interface PageHeading {
  readonly depth: number
  readonly text: string
  /** Its anchor, as GitHub makes it. */
  readonly anchor: string
}

/** A link of a page. */
export interface Link {
  readonly url: string
  readonly line: number
}

/** What the checks read of a page of the documentation. */
export interface Page {
  /** Its path in the repository, with slashes. */
  readonly path: string
  readonly markdown: string
  readonly headings: readonly PageHeading[]
  readonly blocks: readonly Block[]
  readonly links: readonly Link[]
  /** Code within the text, such as the name of a command. */
  readonly inlineCode: readonly string[]
}

/** Reads the parts of a page. Comments and code blocks are recognised by a parser, never by their letters. */
export function parsePage(path: string, markdown: string): Page {
  const slugger = new GithubSlugger()
  const headings: PageHeading[] = []
  const blocks: Block[] = []
  const links: Link[] = []
  const inlineCode: string[] = []
  const labels = new Map<Nodes, string>()

  visit(fromMarkdown(markdown), (node, index, parent) => {
    const line = node.position?.start.line ?? 0
    switch (node.type) {
      case 'heading':
        headings.push(headingOf(node, slugger))
        break
      case 'html': {
        const next = parent?.children[(index ?? 0) + 1]
        const label = commentOf(node)
        if (next && label !== undefined) labels.set(next, label)
        break
      }
      case 'code':
        blocks.push(blockOf(node, line, labels.get(node)))
        break
      case 'link':
      case 'image':
        links.push({ url: node.url, line })
        break
      case 'inlineCode':
        inlineCode.push(node.value)
        break
    }
  })
  return { path, markdown, headings, blocks, links, inlineCode }
}

function headingOf(node: Heading, slugger: GithubSlugger): PageHeading {
  const text = textOf(node)
  return { depth: node.depth, text, anchor: slugger.slug(text) }
}

function blockOf({ lang, value }: Code, line: number, label: string | undefined): Block {
  return { language: lang ?? '', code: `${value}\n`, line, label }
}

function commentOf({ value }: Html): string | undefined {
  return /^<!-- (.*) -->$/.exec(value)?.[1]
}
