import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { basename, dirname, join } from 'node:path'
import { ask, deliver } from '@x/koywe-core/testing'
import { startInBackground } from '@x/koywe-testkit/background'
import { environment } from '@x/koywe-testkit/environment'
import { run } from '@x/koywe-testkit/run'
import { SignJWT } from 'jose'
import { afterAll, describe, expect, it } from 'vitest'
import { findPages, isSpanish, root } from '../src/pages/find-pages.js'
import { type WrittenBlock, writeBlocks } from '../src/pages/write-blocks.js'

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
/** Test files of vitest, which a guide tells its reader to write. */
const suites = written.filter(({ file }) => file.endsWith('.test.ts'))

it('finds the code of the documentation', () => {
  expect(written.length).toBeGreaterThan(30)
  expect(servers.length).toBeGreaterThan(10)
  expect(tests.length).toBeGreaterThan(3)
  expect(suites).toHaveLength(2)
  const run = [...servers, ...tests, ...suites]
  const idle = written.filter((one) => one.block.language === 'js' && !run.includes(one))
  expect(idle, 'JavaScript is not compiled, so all of it must run').toEqual([])
})

it('compiles every TypeScript block, with its own imports', async () => {
  const files = written.flatMap(({ block, file }) => (block.language === 'ts' ? [file] : []))
  const config = join(folder, 'tsconfig.json')
  const compilerOptions = { noEmit: true, noUnusedLocals: false }
  const settings = { extends: join(root, 'tsconfig.base.json'), compilerOptions, files }
  await writeFile(config, JSON.stringify(settings))
  const compiler = join(folderOf('typescript'), 'bin/tsc')
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
      KOYWE_PAYMENTS_SECRET: secret,
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
      if (/koywePayments/i.test(block.code)) {
        const paid = { type: 'order.paid' }
        const answer = await deliver(server.announced, paid, { secret, ...path })
        expect(answer).toMatchObject({ status: 200, body: { received: true } })
        const forged = await deliver(server.announced, paid, { secret, as: 'forged', ...path })
        expect(forged.status).toBe(401)
        if (!/koyweWebhooks/i.test(block.code)) return
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

describe.concurrent('a suite', () => {
  it.each(suites)('$place passes', { timeout: 240_000 }, async ({ file }) => {
    const home = dirname(file)
    const vitest = join(folderOf('vitest'), 'vitest.mjs')
    const output = join(home, `${basename(file)}.json`)
    const args = [
      'run',
      '--root',
      home,
      '--reporter=json',
      `--outputFile=${output}`,
      basename(file),
    ]
    const command = [process.execPath, vitest, ...args] as const
    await run({ command, folder: home, env: environment() }, 230_000)
    const report = JSON.parse(await readFile(output, 'utf8').catch(() => '{}'))
    expect(report).toMatchObject({ numFailedTests: 0, numFailedTestSuites: 0, success: true })
    expect(report.numPassedTests).toBeGreaterThan(10)
  })
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

/** Where an installed package is. */
function folderOf(name: string): string {
  return dirname(createRequire(import.meta.url).resolve(`${name}/package.json`))
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
