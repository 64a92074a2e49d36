// Builds every package that is published to ESM (dist/esm) and CommonJS (dist/cjs), each with its own types.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, parse } from 'node:path'
import { rolldown } from 'rolldown'

const tsc = join(
  dirname(createRequire(import.meta.url).resolve('typescript/package.json')),
  'bin/tsc',
)
// TypeScript cannot turn import statements into require() while it keeps them as written.
const commonjs = '--module commonjs --moduleResolution bundler --verbatimModuleSyntax false'

async function build(name) {
  const folder = join(import.meta.dirname, name)
  rmSync(join(folder, 'dist'), { recursive: true, force: true })
  await Promise.all([
    compile(folder, 'cjs', 'commonjs', commonjs.split(' ')),
    compile(folder, 'esm', 'module', ['--emitDeclarationOnly']),
    bundle(folder),
  ])
}

async function compile(folder, format, type, flags) {
  const out = join(folder, 'dist', format)
  const compiler = spawn(process.execPath, [tsc, '-p', folder, '--outDir', out, ...flags], {
    stdio: 'inherit',
  })
  const [status] = await once(compiler, 'exit')
  if (status !== 0) throw new Error(`${folder} was not built (${format})`)
  writeFileSync(join(out, 'package.json'), `{"type":"${type}"}\n`)
}

/** Node needs most of the time of an import for the number of its files, so the modules behind the doors go into a few chunks. */
async function bundle(folder) {
  const { exports } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  const doors = Object.values(exports).map((door) => parse(door.import.default).name)
  const bundler = await rolldown({
    input: Object.fromEntries(doors.map((door) => [door, join(folder, 'src', `${door}.ts`)])),
    external: /^[^./]/,
    platform: 'node',
    tsconfig: false,
  })
  await bundler.write({
    dir: join(folder, 'dist', 'esm'),
    format: 'esm',
    sourcemap: true,
    entryFileNames: '[name].js',
    chunkFileNames: 'chunks/[name].js',
  })
}

function isPublished(name) {
  const manifest = join(import.meta.dirname, name, 'package.json')
  return existsSync(manifest) && !JSON.parse(readFileSync(manifest, 'utf8')).private
}

// The others are compiled against the types of the core, so the core comes first.
await build('core')
const others = readdirSync(import.meta.dirname).filter(
  (name) => name !== 'core' && isPublished(name),
)
await Promise.all(others.map(build))
