import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { run } from '@x/koywe-testkit/run'
import { environmentOf, makeAgreement } from './agreement.js'
import { examples } from './examples.js'
import { play, type Report } from './play.js'
import { formatTable } from './table.js'

const usage = `Usage: pnpm demo [${examples.map(({ name }) => name).join(' | ')}] [--wrong-secret]

Starts an example server, sends it what Koywe would send and what a forger would, asks it what Koywe would ask, and
checks every answer. With --wrong-secret the server is given another secret and another token than the sender has: see
what its log has to say.`

const logWidth = 110
const buildsWithinMs = 120_000

// An interrupted demo goes through process.exit, so that it stops its server.
for (const [name, code] of Object.entries({ SIGINT: 130, SIGTERM: 143 })) {
  process.once(name, () => process.exit(code))
}

process.exitCode = await demo(process.argv.slice(2))

async function demo(args: string[]): Promise<number> {
  const { positionals, values } = parseArgs({
    args,
    allowPositionals: true,
    options: { 'wrong-secret': { type: 'boolean', default: false } },
  })
  const [name = examples[0].name] = positionals
  const example = examples.find((known) => known.name === name)
  if (!example || positionals.length > 1) {
    console.error(usage)
    return 2
  }

  const temporary = mkdtempSync(join(tmpdir(), 'koywe-demo-'))
  process.once('exit', () => rmSync(temporary, { recursive: true, force: true }))
  const agreement = makeAgreement(temporary)
  const folder = join(import.meta.dirname, '../../../examples', example.folder)
  const env = {
    ...process.env,
    PORT: '0',
    HOST: '127.0.0.1',
    ...environmentOf(values['wrong-secret'] ? makeAgreement(temporary) : agreement),
    NO_COLOR: '1',
  }
  if (example.build) {
    const { code, stdout, stderr } = await run(
      { command: example.build, folder, env },
      buildsWithinMs,
    )
    if (code !== 0) throw new Error(`examples/${name} does not build:\n${stdout}${stderr}`)
  }
  const report = await play({ command: example.start, folder, env }, agreement)
  print(name, report)
  return report.right && report.stopped ? 0 : 1
}

function print(name: string, report: Report): void {
  const { url, deliveries, questions, log, stopped, right } = report
  const sections = [
    `${name} answers POST ${url}/webhooks/koywe`,
    formatTable(['sent', 'answer', 'the listeners saw'], deliveries),
    `and POST ${url}/koywe/auth, where Koywe asks whether a user may operate`,
    formatTable(['asked', 'answer', 'Koywe concludes'], questions),
    'Meanwhile in the log of the server:',
    formatLog(log),
    right ? 'Every answer was the right one.' : 'Something is wrong: see the lines marked ✗.',
    ...(stopped ? [] : ['The server did not end on SIGTERM and had to be killed.']),
  ]
  console.log(`\n${sections.join('\n\n')}\n`)
}

/** What the log says, once for all deliveries and questions that it says it of. */
function formatLog(log: Report['log']): string {
  const doneByText = new Map<string, string[]>()
  for (const { done, lines } of log) {
    const text = lines.map(indent).join('\n')
    doneByText.set(text, [...(doneByText.get(text) ?? []), `  ${done}`])
  }
  return [...doneByText].map(([text, done]) => `${done.join('\n')}\n${text}`).join('\n')
}

/** Breaks a long line of the log between words. */
function indent(line: string): string {
  const rows = line.match(new RegExp(`\\S.{0,${logWidth}}(?=\\s|$)`, 'g')) ?? [line]
  return rows.map((row) => `    ${row}`).join('\n')
}
