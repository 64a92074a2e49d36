// Runs before a package is packed, in its folder: lets no tarball be made that could not be installed, or that holds an old build.
import { existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'

const { npm_config_user_agent: packer = '', npm_package_name: name } = process.env

function refuse(sentence) {
  console.error(`${name} was not packed: ${sentence}`)
  process.exit(1)
}

/** When the newest file below a folder was written. */
function newest(folder) {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
  const times = files.filter((file) => file.isFile()).map(writtenAt)
  return Math.max(0, ...times)
}

function writtenAt(file) {
  return statSync(join(file.parentPath, file.name)).mtimeMs
}

if (!packer.startsWith('pnpm/')) {
  refuse(
    'npm leaves `workspace:^` in its package.json. Run `pnpm pack:all <folder>` in the repository.',
  )
}
if (!existsSync('dist') || newest('dist') === 0) {
  refuse('it is not built. Run `pnpm build`, or `pnpm pack:all <folder>`, which builds first.')
}
// The command carries the core.
const sources = Math.max(newest('src'), newest('../core/src'))
if (sources > newest('dist')) {
  refuse('its sources are newer than its build. Run `pnpm build`, or `pnpm pack:all <folder>`.')
}
