// Builds every package to ESM (dist/esm) and CommonJS (dist/cjs), each with its own types.
import { spawnSync } from 'node:child_process'
import { rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

const tsc = join(
  dirname(createRequire(import.meta.url).resolve('typescript/package.json')),
  'bin/tsc',
)
const formats = {
  esm: { type: 'module', flags: [] },
  // TypeScript may not keep import statements as they are written when it turns them into require().
  cjs: {
    type: 'commonjs',
    flags: '--module commonjs --moduleResolution bundler --verbatimModuleSyntax false'.split(' '),
  },
}

// An adapter is compiled against the types of the core, so the core comes first.
for (const name of ['core', 'express', 'koa', 'fastify']) {
  const folder = join(import.meta.dirname, name)
  rmSync(join(folder, 'dist'), { recursive: true, force: true })
  for (const [format, { type, flags }] of Object.entries(formats)) {
    const out = join(folder, 'dist', format)
    const { status } = spawnSync(process.execPath, [tsc, '-p', folder, '--outDir', out, ...flags], {
      stdio: 'inherit',
    })
    if (status !== 0) process.exit(status ?? 1)
    writeFileSync(join(out, 'package.json'), `{"type":"${type}"}\n`)
  }
}
