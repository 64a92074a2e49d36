import { randomUUID } from 'node:crypto'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { deliver } from '@x/koywe-core/testing'
import { run } from '@x/koywe-testkit/run'
import { describe, expect, it } from 'vitest'
import { formatAnswer } from '../src/format-answer.js'
import { blockBelow, readReadme, withFiles } from '../src/readme.js'
import { startServer } from '../src/server.js'

describe('README.md', () => {
  it('shows the files of the examples as they are (pnpm readme writes them)', async () => {
    const markdown = await readReadme()
    expect(markdown.match(/<!-- examples\/\w+\/src\/server.ts -->/g)).toHaveLength(3)
    expect(markdown).toContain('<!-- examples/fastify-pg-boss/src/in-transaction.ts -->')
    expect(markdown).toBe(await withFiles(markdown))
  })

  it('has a smallest server that receives a signed webhook', async () => {
    const code = blockBelow(await readReadme(), 'smallest server')
    const fixed = 'app.listen(3000)'
    expect(code).toContain(fixed)
    // In the folder of the Express example, so that its packages are found.
    const folder = await mkdtemp(join(import.meta.dirname, '../../../examples/express/smallest-'))
    const announced = `const server = app.listen(0, '127.0.0.1', () =>
      console.log('listening on http://127.0.0.1:' + (server.address() as { port: number }).port))`
    await writeFile(join(folder, 'server.ts'), code.replace(fixed, announced))
    const secret = 'the secret of the smallest server'
    const server = await startServer({
      command: ['node', '--import', 'tsx', 'server.ts'],
      folder,
      env: { ...process.env, KOYWE_WEBHOOK_SECRET: secret },
    })
    try {
      const payload = {
        eventName: 'crypto_delivered',
        orderId: randomUUID(),
        timeStamp: '2022-10-26T22:36:41.658Z',
      }
      const answer = await deliver(server.url, payload, { secret })
      expect(formatAnswer(answer)).toBe('200 {"received":true}')
    } finally {
      await server.stop()
      await rm(folder, { recursive: true, force: true })
    }
    expect(server.lines.join('\n')).toContain('is delivered')
  })
})

describe.each(['core', 'express', 'koa', 'fastify'])('the README of packages/%s', (name) => {
  it('has a server that starts', async () => {
    const home = join(import.meta.dirname, '../..', name)
    const markdown = await readFile(join(home, 'README.md'), 'utf8')
    const [, code = ''] = /```ts\n([\s\S]*?)```/.exec(markdown) ?? []
    expect(code).toContain('3000')
    // In the folder of the package, so that its packages are found.
    const folder = await mkdtemp(join(home, 'readme-'))
    const ended = `process.on('exit', () => console.log('started'))\nsetTimeout(() => process.exit(), 500)\n`
    await writeFile(join(folder, 'server.ts'), ended + code.replace('3000', '0'))
    const command = ['node', '--import', import.meta.resolve('tsx'), 'server.ts'] as const
    const env = { ...process.env, KOYWE_WEBHOOK_SECRET: 'the secret of a README' }
    const { code: exitCode, stdout, stderr } = await run({ command, folder, env }, 30_000)
    await rm(folder, { recursive: true })
    expect(stderr).toBe('')
    expect(stdout).toContain('started')
    expect(exitCode).toBe(0)
  })
})
