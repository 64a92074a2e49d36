import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { major, minVersion } from 'semver'

/** A package that the mounts of an adapter import, and the versions that the adapter's manifest names. */
export interface Claim {
  /** The name it is imported by: `koa2`. */
  readonly name: string
  /** The name it is published by: `koa`. */
  readonly published: string
  readonly range: string
}

/** What an adapter supports, by its manifest. */
export interface Claims {
  /** Its folder in packages/. */
  readonly adapter: string
  /** The framework, once for each alternative of its range in `peerDependencies`. */
  readonly frameworks: readonly Claim[]
  /** Everything else that its mounts import: routers, parsers, other frameworks. */
  readonly companions: readonly Claim[]
}

/** The parts of a package.json that say what is supported. */
export interface Manifest {
  readonly peerDependencies: Readonly<Record<string, string>>
  readonly devDependencies: Readonly<Record<string, string>>
}

/** The adapters that have conformance mounts. */
export const adapters = ['express', 'koa', 'fastify'] as const

export const packages = join(import.meta.dirname, '../..')

/** Reads what an adapter supports from its manifest, and from its mounts which packages they import. */
export function readClaims(adapter: string): Claims {
  const read = (file: string): string => readFileSync(join(packages, adapter, file), 'utf8')
  return claimsOf(adapter, JSON.parse(read('package.json')), read('test/mounts.ts'))
}

/**
 * What a manifest claims of the packages whose names appear in the source of the mounts.
 *
 * @throws {Error} when the mounts do not import a version that `peerDependencies` claims.
 */
export function claimsOf(adapter: string, manifest: Manifest, mounts: string): Claims {
  const imported = Object.entries(manifest.devDependencies)
    .filter(([name, range]) => mounts.includes(`'${name}'`) && !range.startsWith('workspace:'))
    .map(([name, range]) => claimOf(name, range))
  const peers = Object.entries(manifest.peerDependencies)
  const frameworks = peers.flatMap(([published, range]) =>
    alternativesOf(range).map((alternative): Claim => {
      const found = imported.find(
        (claim) => claim.published === published && majorOf(claim.range) === majorOf(alternative),
      )
      if (found) return { name: found.name, published, range: alternative }
      throw new Error(`The mounts of ${adapter} do not import ${published}@${alternative}.`)
    }),
  )
  const isCompanion = ({ published }: Claim): boolean =>
    peers.every(([framework]) => published !== framework)
  return { adapter, frameworks, companions: imported.filter(isCompanion) }
}

/** The lowest version in a range. @throws {Error} when there is none. */
export function lowestOf(range: string): string {
  const lowest = minVersion(range)
  if (lowest === null) throw new Error(`No version is in the range ${range}.`)
  return lowest.version
}

/** The major version at which a range begins. */
export function majorOf(range: string): number {
  return major(lowestOf(range))
}

function alternativesOf(range: string): readonly string[] {
  return range.split('||').map((alternative) => alternative.trim())
}

/** `"koa2": "npm:koa@^2.16.0"` is koa, imported by another name. */
function claimOf(name: string, range: string): Claim {
  const [, published, aliased] = /^npm:(.+)@(.+)$/.exec(range) ?? []
  return { name, published: published ?? name, range: aliased ?? range }
}
