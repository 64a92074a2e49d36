// pnpm pack:all <folder>: builds, packs every package that is published, and prints the command that installs them.
import { mkdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { outputOf } from '@x/koywe-testkit/output-of'
import { installLine, resolutionsLine } from './install-line.js'
import { pack, publishedCommands, publishedPackages } from './pack.js'

const root = join(import.meta.dirname, '../../..')
const [folder, ...rest] = process.argv.slice(2)
if (folder === undefined || folder.startsWith('-') || rest.length > 0) {
  console.error('Name the folder for the tarballs: pnpm pack:all <folder>')
  process.exit(2)
}
// pnpm runs scripts in the root of the repository, and remembers where it was called.
const destination = resolve(process.env.INIT_CWD ?? '.', folder)

await mkdir(destination, { recursive: true })
await outputOf('pnpm', ['build'], root)
const published = [...(await publishedPackages()), ...(await publishedCommands())]
const packed = await Promise.all(published.map((one) => pack(one, destination)))
const tarballs = packed.map(({ tarball }) => tarball)
console.log(
  'Packed. Run this in the folder of your application, without the adapters you do not use:\n',
)
console.log(installLine(tarballs))
console.log(
  '\npnpm and Yarn look for @x/koywe-core on npm, which does not have it yet, unless the package.json there says:\n',
)
console.log(resolutionsLine(join(destination, 'core.tgz')))
