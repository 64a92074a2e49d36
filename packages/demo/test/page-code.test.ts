import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { ask, deliver } from '@x/koywe-core/testing'
import { startInBackground } from '@x/koywe-testkit/background'
import { environment } from '@x/koywe-testkit/environment'
import { run } from '@x/koywe-testkit/run'
import { SignJWT } from 'jose'
import { afterAll, describe, expect, it } from 'vitest'
import { findPages, isSpanish, root } from '../src/pages/find-pages.js'
import { nameOf, type WrittenBlock, writeBlocks } from '../src/pages/write-blocks.js'

const home = join(import.meta.dirname, '..')
const secret = 'the secret of the documentation'
const token = 'the-token-of-the-documentation'

// A translation has the same code, which another test compares.
const pages = (await findPages()).filter((page) => !isSpanish(page))

// In this package's folder, so that what the blocks import is found.
const folder = await mkdtemp(join(home, 'pages-'))
const written = await writeBlocks(pages, folder)
afterAll(() => rm(folder, { recursive: true }))

const servers = written.filter(({ block }) => /\.listen\(/.test(block.code))
const tests = written.filter(({ block }) => block.code.includes("from 'node:test'"))
const scripts = written.filter(
  (one) => one.block.language === 'js' && !servers.includes(one) && !tests.includes(one),
)

it('finds the code of the documentation', () => {
  expect(written.length).toBeGreaterThan(30)
  expect(servers.length).toBeGreaterThan(10)
  expect(tests.length).toBeGreaterThan(1)
})

it('compiles every TypeScript block, with its own imports', async () => {
  const files = written.flatMap(({ block, file }) => (block.language === 'ts' ? [file] : []))
  const config = join(folder, 'tsconfig.json')
  const compilerOptions = { noEmit: true, noUnusedLocals: false }
  const settings = { extends: join(root, 'tsconfig.base.json'), compilerOptions, files }
  await writeFile(config, JSON.stringify(settings))
  const typescript = dirname(createRequire(import.meta.url).resolve('typescript/package.json'))
  const compiler = join(typescript, 'bin/tsc')
  const command = [process.execPath, compiler, '-p', config, '--pretty', 'false'] as const
  const { stdout } = await run({ command, folder, env: environment() }, 120_000)
  expect(withPlaces(stdout)).toBe('')
})

describe.concurrent('a server', () => {
  it.each(servers)('$place answers a signed webhook or a question', async ({ block, file }) => {
    const command = node('--import', join(home, 'src/pages/listen-anywhere.ts'), file)
    const env = {
      ...environment(),
      KOYWE_WEBHOOK_SECRET: secret,
      KOYWE_CALLBACK_TOKEN: token,
      KOYWE_JWT_SECRET: secret,
    }
    const server = await startInBackground({ command, folder, env }, /^listening on (http:\S+)$/)
    try {
      const path = pathOf(block.label)
      if (/auth.?callback/i.test(block.code)) {
        const bearer = block.code.includes('jwtVerify') ? await jwt() : token
        const { koyweConcludes } = await ask(server.announced, 'maria@example.com', { bearer })
        expect(koyweConcludes).toBe(true)
        const stranger = await ask(server.announced, 'maria@example.com', { bearer: 'wrong' })
        expect(stranger).toMatchObject({ status: 401, body: false })
      }
      if (/auth.?callback/i.test(block.code) && !/koyweWebhooks/i.test(block.code)) return
      const event = { eventName: 'crypto_delivered' }
      const answer = await deliver(server.announced, event, { secret, ...path })
      const byHand = !/koyweWebhooks/i.test(block.code)
      expect(answer).toMatchObject({ status: 200, body: byHand ? 'OK' : { received: true } })
      const forged = await deliver(server.announced, event, { secret, as: 'forged', ...path })
      expect(forged.status).toBe(401)
    } finally {
      await server.stop()
    }
  })
})

describe.concurrent('a test', () => {
  it.each(tests)('$place passes', async ({ file }) => {
    await expectToPass(node('--test-reporter=tap', file))
  })
})

describe.concurrent('a script', () => {
  it.each(scripts)('$place runs', async ({ file }) => {
    await expectToPass(node(file))
  })
})

it('the store of the guide passes the suite of every store, as the guide says', async () => {
  const store = written.find(({ block }) => nameOf(block) === 'sqlite-store.test.ts')
  expect(store).toBeDefined()
  const vitest = join(
    dirname(createRequire(import.meta.url).resolve('vitest/package.json')),
    'vitest.mjs',
  )
  const pageFolder = dirname(store?.file ?? '')
  const command = [
    process.execPath,
    vitest,
    'run',
    '--root',
    pageFolder,
    '--reporter=json',
  ] as const
  const { stdout, stderr } = await run({ command, folder: pageFolder, env: environment() }, 120_000)
  const { numPassedTests, numFailedTests } = JSON.parse(stdout || '{}')
  expect({ numFailedTests, stderr }).toEqual({ numFailedTests: 0, stderr: '' })
  expect(numPassedTests).toBeGreaterThan(10)
})

it('the recipe for Request and Response answers a signed webhook', async () => {
  const recipe = written.find(({ block }) => block.code.includes('function POST(request: Request)'))
  const driver = join(folder, 'fetch-recipe.ts')
  await writeFile(driver, driverOf(recipe))
  const env = { ...environment(), KOYWE_WEBHOOK_SECRET: secret }
  const { stdout } = await run({ command: node(driver), folder, env }, 60_000)
  expect(stdout.trim().split('\n').at(-1)).toBe('200 401 413')
})

/** Calls the recipe with a genuine, a forged and a large body, without a Content-Length. */
function driverOf(recipe: WrittenBlock | undefined): string {
  return `
    import { exampleEvents, signEvent } from '@x/koywe-core/testing'
    import { POST } from ${JSON.stringify(recipe?.file)}
    const send = (body: string) => POST(new Request('http://localhost/webhooks/koywe', { method: 'POST', body }))
    const event = exampleEvents.crypto_delivered
    const answers = [
      await send(signEvent(event, ${JSON.stringify(secret)})),
      await send(signEvent(event, 'another')),
      await send(signEvent({ ...event, large: 'x'.repeat(100_000) }, ${JSON.stringify(secret)})),
    ]
    console.log(answers.map(({ status }) => status).join(' '))`
}

function node(...args: readonly string[]) {
  return [process.execPath, '--import', import.meta.resolve('tsx'), ...args] as const
}

async function expectToPass(command: ReturnType<typeof node>): Promise<void> {
  const env = { ...environment(), KOYWE_WEBHOOK_SECRET: secret, KOYWE_CALLBACK_TOKEN: token }
  const { code, stdout, stderr } = await run({ command, folder, env }, 60_000)
  expect({ code, said: code === 0 ? '' : stdout + stderr }).toEqual({ code: 0, said: '' })
}

/** The label `at /path` says where a server of the documentation answers, when that is not the default path. */
function pathOf(label: string | undefined): { path?: string } {
  const [, path] = /^at (\/\S+)$/.exec(label ?? '') ?? []
  return path === undefined ? {} : { path }
}

function jwt(): Promise<string> {
  return new SignJWT()
    .setProtectedHeader({ alg: 'HS256' })
    .setIssuer('https://api.koywe.com')
    .setAudience('https://shop.example/koywe/auth')
    .setExpirationTime('5m')
    .sign(new TextEncoder().encode(secret))
}

/** Names the pages instead of the files that were made of them. */
function withPlaces(text: string): string {
  return written.reduce((said, { file, place }) => {
    const name = file.slice(folder.length + 1)
    return said.replaceAll(new RegExp(`\\S*${name.replaceAll('.', '\\.')}`, 'g'), place)
  }, text)
}
