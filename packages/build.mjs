// Builds every published package to ESM (dist/esm) and CommonJS (dist/cjs), each with its own types.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

const tsc = join(
  dirname(createRequire(import.meta.url).resolve('typescript/package.json')),
  'bin/tsc',
)
const formats = {
  esm: { type: 'module', flags: [] },
  // verbatimModuleSyntax forbids turning import statements into require().
  cjs: {
    type: 'commonjs',
    flags: '--module commonjs --moduleResolution bundler --verbatimModuleSyntax false'.split(' '),
  },
}

async function build(name) {
  const folder = join(import.meta.dirname, name)
  rmSync(join(folder, 'dist'), { recursive: true, force: true })
  await Promise.all(
    Object.entries(formats).map(async ([format, { type, flags }]) => {
      const out = join(folder, 'dist', format)
      const compiler = spawn(process.execPath, [tsc, '-p', folder, '--outDir', out, ...flags], {
        stdio: 'inherit',
      })
      const [status] = await once(compiler, 'exit')
      if (status !== 0) throw new Error(`packages/${name} was not built (${format})`)
      writeFileSync(join(out, 'package.json'), `{"type":"${type}"}\n`)
    }),
  )
}

function isPublished(name) {
  const manifest = join(import.meta.dirname, name, 'package.json')
  return existsSync(manifest) && !JSON.parse(readFileSync(manifest, 'utf8')).private
}

// The others are compiled against core's types, so core comes first.
await build('core')
const others = readdirSync(import.meta.dirname).filter(
  (name) => name !== 'core' && isPublished(name),
)
await Promise.all(others.map(build))
