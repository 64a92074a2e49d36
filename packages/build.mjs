// Builds every package that is published to ESM (dist/esm) and CommonJS (dist/cjs), each with its own types; a command to dist alone.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire, isBuiltin } from 'node:module'
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
  const { bin } = manifestOf(folder)
  if (bin) return bundleCommand(folder, Object.values(bin))
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
  const { exports } = manifestOf(folder)
  const doors = Object.values(exports).map((door) => parse(door.import.default).name)
  await bundleTo(join(folder, 'dist', 'esm'), folder, doors)
}

/** Nobody imports a command, so it has neither types nor a CommonJS copy; the core is in it, so that one tarball is enough. */
async function bundleCommand(folder, programs) {
  const doors = programs.map((program) => parse(program).name)
  await bundleTo(join(folder, 'dist'), folder, doors, {
    sourcemap: false,
    isBundled: (specifier) => specifier.startsWith('@x/'),
  })
  for (const door of doors) chmodSync(join(folder, 'dist', `${door}.js`), 0o755)
}

async function bundleTo(dir, folder, doors, { sourcemap = true, isBundled = () => false } = {}) {
  const isInstalled = installedWith(folder)
  const bundler = await rolldown({
    input: Object.fromEntries(doors.map((door) => [door, join(folder, 'src', `${door}.ts`)])),
    external: (specifier) => !isBundled(specifier) && isInstalled(specifier),
    platform: 'node',
    tsconfig: false,
    // A warning, such as an import that leads nowhere, would be an error of whoever installs the package.
    onLog: (_level, { message }) => {
      throw new Error(`${folder} was not built: ${message}`)
    },
  })
  await bundler.write({
    dir,
    format: 'esm',
    sourcemap,
    entryFileNames: '[name].js',
    chunkFileNames: 'chunks/[name].js',
  })
}

/** Whether an import is there wherever the package is installed: a module of Node, or of a package that the manifest asks for. */
function installedWith(folder) {
  const { dependencies, peerDependencies } = manifestOf(folder)
  const packages = Object.keys({ ...dependencies, ...peerDependencies })
  return (specifier) => {
    if (/^[./]/.test(specifier) || isBuiltin(specifier)) return isBuiltin(specifier)
    const asks = packages.some((name) => specifier === name || specifier.startsWith(`${name}/`))
    if (!asks && !specifier.startsWith('@x/')) {
      throw new Error(`${folder} imports ${specifier}, which is not among its dependencies`)
    }
    return asks
  }
}

function manifestOf(folder) {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
}

function isPublished(name) {
  const folder = join(import.meta.dirname, name)
  return existsSync(join(folder, 'package.json')) && !manifestOf(folder).private
}

// The others are compiled against the types of the core, so the core comes first.
await build('core')
const others = readdirSync(import.meta.dirname).filter(
  (name) => name !== 'core' && isPublished(name),
)
await Promise.all(others.map(build))
