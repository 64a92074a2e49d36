import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { outputOf } from '@x/koywe-testkit/output-of'

/** The fields of a package.json that the tests check. */
export interface Manifest {
  readonly name: string
  readonly private?: boolean
  readonly main?: string
  readonly types?: string
  readonly exports?: Readonly<Record<string, unknown>>
  readonly bin?: Readonly<Record<string, string>>
  readonly dependencies?: Readonly<Record<string, string>>
  readonly peerDependencies?: Readonly<Record<string, string>>
  readonly [field: string]: unknown
}

/** A published package and its tarball. */
export interface Packed {
  /** Its folder in packages/. */
  readonly folder: string
  readonly name: string
  readonly tarball: string
}

const packages = join(import.meta.dirname, '../..')

/** The published packages that an application imports, by their folders. */
export async function publishedPackages(): Promise<Omit<Packed, 'tarball'>[]> {
  return published(({ bin }) => !bin)
}

/** The published packages that are a command, which nobody imports. */
export async function publishedCommands(): Promise<Omit<Packed, 'tarball'>[]> {
  return published(({ bin }) => bin !== undefined)
}

async function published(
  isWanted: (manifest: Manifest) => boolean,
): Promise<Omit<Packed, 'tarball'>[]> {
  const entries = await readdir(packages, { withFileTypes: true })
  const folders = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name)
  const found = await Promise.all(
    folders.map(async (folder) => {
      const text = await readFile(join(packages, folder, 'package.json'), 'utf8')
      return { folder, manifest: JSON.parse(text) as Manifest } // the tests check it field by field
    }),
  )
  return found
    .filter(({ manifest }) => !manifest.private && isWanted(manifest))
    .map(({ folder, manifest }) => ({ folder, name: manifest.name }))
}

/** Packs a package as it would be published. */
export async function pack(
  { folder, name }: Omit<Packed, 'tarball'>,
  destination: string,
): Promise<Packed> {
  const tarball = join(destination, `${folder}.tgz`)
  await outputOf('pnpm', ['pack', '--out', tarball], join(packages, folder))
  return { folder, name, tarball }
}
