import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { run } from '@x/koywe-testkit/run'
import { expect, it } from 'vitest'

const root = join(import.meta.dirname, '../../..')
const biome = createRequire(join(root, 'package.json')).resolve('@biomejs/biome/bin/biome')

/** Imports that leave their package. */
const leaving = {
  'packages/core/any.ts': '../express/src/index.js',
  'packages/core/test/any.ts': '../../soak/src/report.js',
  'packages/core/test/ramp/any.ts': '../../../soak/src/report.js',
  'packages/core/test/ramp/vectors/any.ts': '../../../../soak/src/report.js',
  'examples/express/src/any.ts': '../../../packages/testkit/src/sign.js',
}

/** Imports of core that run up, or to the room beside. */
const upward = {
  'packages/core/src/errors.ts': './log/logger.js',
  'packages/core/src/redis.ts': './index.js',
  'packages/core/src/log/any.ts': '../setup/options.js',
  'packages/core/src/setup/any.ts': '../log/logger.js',
  'packages/core/src/http/any.ts': '../ramp/events.js',
  'packages/core/src/ramp/any.ts': '../payments/events.js',
  'packages/core/src/payments/any.ts': '../dedupe/store.js',
  'packages/core/src/dedupe/any.ts': '../webhooks/claim.js',
  'packages/core/src/webhooks/any.ts': '../auth-callback/credentials.js',
  'packages/core/src/auth-callback/any.ts': '../webhooks/claim.js',
  'packages/core/src/testing/any.ts': '../adapter/matcher.js',
  'packages/core/src/opentelemetry/any.ts': '../adapter/matcher.js',
  'packages/core/src/adapter/any.ts': '../index.js',
  'packages/core/src/a-new-room/any.ts': '../log/logger.js',
}

const allowed = {
  'packages/core/src/index.ts': './webhooks/receiver.js',
  'packages/core/src/adapter/good.ts': '../webhooks/receiver.js',
  'packages/core/src/opentelemetry/good.ts': '../webhooks/metric-labels.js',
  'packages/core/src/http/good.ts': '../errors.js',
  'packages/core/src/payments/good.ts': '../ramp/signature.js',
  'packages/core/test/ramp/good.ts': '../../src/index.js',
  'packages/express/test/good.ts': '@x/koywe-testkit/listen',
}

it("the linter refuses imports that leave their package, or that run up between core's rooms", async () => {
  const folder = await mkdtemp(join(tmpdir(), 'koywe-imports-'))
  try {
    await copyFile(join(root, '.biome.json'), join(folder, '.biome.json'))
    for (const [file, specifier] of Object.entries({ ...leaving, ...upward, ...allowed })) {
      await mkdir(dirname(join(folder, file)), { recursive: true })
      await writeFile(join(folder, file), `export * from '${specifier}'\n`)
    }
    const flags = ['--vcs-enabled=false', '--max-diagnostics=none', '--colors=off']
    const rule = '--only=style/noRestrictedImports'
    const command = [process.execPath, biome, 'lint', rule, ...flags, '.'] as const
    const { code, stderr } = await run({ command, folder, env: process.env }, 60_000)
    const refused = (sentence: string) =>
      [...stderr.matchAll(/^(\S+?):\d+:\d+ lint\/style\/noRestrictedImports[\s\S]*?× (.*)$/gm)]
        .filter(([, , message]) => message?.includes(sentence))
        .map(([, file]) => file)
        .toSorted()
    expect(refused('A relative import stays in its package')).toEqual(Object.keys(leaving).sort())
    expect(refused('only import from below')).toEqual(Object.keys(upward).sort())
    expect(code).toBe(1)
  } finally {
    await rm(folder, { recursive: true })
  }
})
