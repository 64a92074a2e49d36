import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { installedBytes, ownBytes } from './installed-size.js'
import { interleave } from './interleave.js'
import type { Row, Section } from './table.js'

const adapters = ['@x/koywe-express', '@x/koywe-koa', '@x/koywe-fastify']
const packages = ['@x/koywe-core', ...adapters]
const bareNode = 'bare Node'
const rawBody = 'raw-body'

/** What importing each package adds to Node's start in CPU time, and its size on disk. */
export async function measureImports(quick: boolean): Promise<Section> {
  const subjects = [bareNode, rawBody, ...packages].map((name) => ({ name }))
  const rounds = { warmUp: 1, measured: quick ? 7 : 15 }
  const samples = await interleave(subjects, rounds, ({ name }) => costOfStart(name))

  const added = (name: string) =>
    samples.of(name).map((cost, round) => cost - (samples.of(bareNode)[round] ?? Number.NaN))
  const overRawBody = (name: string) =>
    added(name).map((cost, round) => cost / (added(rawBody)[round] ?? Number.NaN))

  const times = packages.map((name): Row => {
    const row = { name, unit: '÷ raw-body alone', figures: overRawBody(name) }
    return adapters.includes(name) ? { ...row, atMost: 1.5 } : row
  })
  const sizes = packages.flatMap((name): Row[] => [
    { name, unit: 'kB, packed files', figures: [ownBytes(name) / 1000] },
    { name, unit: 'kB, with dependencies', figures: [installedBytes(name) / 1000] },
  ])
  return {
    title: 'Import: CPU time over bare Node, and installed size',
    rows: [
      { name: bareNode, unit: 'ms', figures: samples.of(bareNode) },
      { name: rawBody, unit: 'ms over bare Node', figures: added(rawBody) },
      ...times,
      ...sizes,
    ],
  }
}

/** Milliseconds of CPU time of a process that only imports this package. */
async function costOfStart(name: string): Promise<number> {
  const importing = name === bareNode ? '' : `await import('${name}'); `
  const script = `${importing}const { user, system } = process.cpuUsage(); console.log(user + system)`
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script], {
    cwd: import.meta.dirname,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let output = ''
  child.stdout.on('data', (chunk) => {
    output += chunk
  })
  const [code] = await once(child, 'close')
  if (code !== 0) throw new Error(`${name} could not be imported`)
  return Number(output) / 1000
}
