import { posix } from 'node:path'
import { describe, expect, it } from 'vitest'
import { findPages } from '../src/pages/find-pages.js'
import type { Page } from '../src/pages/page.js'

const pages = await findPages()

function pageOf(path: string): Page {
  const page = pages.find((one) => one.path === path)
  if (!page) throw new Error(`there is no page ${path}`)
  return page
}

/**
 * What integrators ask, and the heading that answers it, on the front page or one link away from it. The translation has the same
 * headings in the same order.
 */
const questions = [
  [
    'Does an answer of "false" deny a user?',
    'packages/core/docs/auth-callback.md',
    'why-false-is-dangerous',
  ],
  ['How do I count deliveries in Prometheus?', 'packages/core/docs/operating.md', 'prometheus'],
  [
    'How do I hear that webhooks have stopped?',
    'packages/core/docs/operating.md',
    'alert-on-silence',
  ],
  ['Where is yesterday’s delivery?', 'packages/core/docs/operating.md', 'yesterdays-deliveries'],
  ['How do I replay one?', 'packages/core/docs/operating.md', 'replay-a-delivery'],
  [
    'What happened to this order?',
    'packages/core/docs/operating.md',
    'finding-an-order-in-the-log',
  ],
  [
    'How does the sandbox reach my laptop?',
    'packages/core/docs/sandbox.md',
    'a-tunnel-to-your-machine',
  ],
  ['How do I provoke an event?', 'packages/core/docs/sandbox.md', 'provoke-an-event'],
  ['What happens after a crash?', 'packages/core/docs/stores.md', 'after-a-crash'],
  [
    'Several processes get the same event?',
    'packages/core/docs/stores.md',
    'which-store-for-one-process-or-several',
  ],
  ['Where does slow work go?', 'packages/core/docs/stores.md', 'slow-work'],
  ['How do I rotate the secret?', 'packages/core/README.md', 'rotating-the-secret'],
  ['Why is my webhook refused?', 'packages/core/README.md', 'when-a-webhook-is-refused'],
  ['What do I see in a browser?', 'packages/core/README.md', 'in-a-browser'],
  ['Do I need the raw body?', 'packages/core/README.md', 'body-parsers-and-raw-bodies'],
  ['How do I use it in CommonJS on Fastify?', 'packages/fastify/README.md', 'commonjs'],
  [
    'Does it work behind Nest’s prefix and rawBody?',
    'examples/nestjs/README.md',
    'prefix-guards-and-raw-bodies',
  ],
  ['How do I verify a JWT or an API key?', 'packages/core/docs/auth-callback.md', 'credentials'],
  ['How do I test my listeners in CI?', 'packages/core/README.md', 'testing-your-listeners'],
  ['How do I receive both APIs?', 'packages/core/docs/payments.md', 'beside-the-ramp-api'],
] as const

/** The files that a page links to, and the headings of its own that it links to. */
function targetsOf({ path, links }: Page) {
  const urls = links.map(({ url }) => url.split('#'))
  return {
    files: urls.map(([file = '']) => posix.join(posix.dirname(path), file)),
    anchors: urls.flatMap(([file, anchor]) => (file === '' && anchor ? [anchor] : [])),
  }
}

describe.each(questions)('%s', (_question, path, anchor) => {
  const english = pageOf(path)
  // A page's first link is its translation, which another test checks.
  const spanish = pageOf(posix.join(posix.dirname(path), english.links[0]?.url ?? ''))
  const place = english.headings.findIndex((heading) => heading.anchor === anchor)

  it.each([
    ['English', pageOf('README.md'), english],
    ['Spanish', pageOf('.github/README.es.md'), spanish],
  ])('is answered in %s', (_language, front, page) => {
    expect(targetsOf(front).files).toContain(page.path)
    const heading = page.headings[place]?.anchor
    expect(heading, `a heading for #${anchor} in ${page.path}`).toBeDefined()
    // A long page begins with a list of its headings.
    const { anchors } = targetsOf(page)
    if (page.headings.length > 7) expect(anchors).toContain(heading)
  })
})
