import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { run } from '@x/koywe-testkit/run'
import { examples } from './examples.js'
import { play, type Report } from './play.js'
import { createServerSettings, environmentOf } from './server-settings.js'
import { formatTable } from './table.js'

const usage = `Usage: pnpm demo [${examples.map(({ name }) => name).join(' | ')}] [--wrong-secret]

Starts an example server, sends it what Koywe would send and what a forger would, asks it what Koywe would ask, and
checks every answer. Ends with 0 when all are right, with 1 when one is wrong, and with 2 when it cannot tell what to run.

  --wrong-secret  gives the server another secret and another token than the sender has; see what its log says
  --help          prints this`

const logWidth = 110
const buildsWithinMs = 120_000

// An interrupted demo goes through process.exit, so that it stops its server.
for (const [name, code] of Object.entries({ SIGINT: 130, SIGTERM: 143 })) {
  process.once(name, () => process.exit(code))
}

process.exitCode = await demo(process.argv.slice(2))

interface Arguments {
  readonly name: string
  readonly wrongSecret: boolean
  readonly help: boolean
}

/** Returns `undefined` when there is an option or an argument too many. */
function parse(args: string[]): Arguments | undefined {
  try {
    const { positionals, values } = parseArgs({
      args,
      allowPositionals: true,
      options: {
        'wrong-secret': { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    })
    const [name = examples[0].name, ...others] = positionals
    const { help, 'wrong-secret': wrongSecret } = values
    return others.length > 0 ? undefined : { name, wrongSecret, help }
  } catch {
    // It is an option that the usage does not name.
    return undefined
  }
}

async function demo(args: string[]): Promise<number> {
  const parsed = parse(args)
  if (parsed?.help) {
    console.log(usage)
    return 0
  }
  const example = examples.find(({ name }) => name === parsed?.name)
  if (!parsed || !example) {
    console.error(usage)
    return 2
  }
  const { name } = example

  const temporary = mkdtempSync(join(tmpdir(), 'koywe-demo-'))
  process.once('exit', () => rmSync(temporary, { recursive: true, force: true }))
  const settings = createServerSettings(temporary)
  const folder = join(import.meta.dirname, '../../../examples', example.folder)
  const env = {
    ...process.env,
    PORT: '0',
    HOST: '127.0.0.1',
    ...environmentOf(parsed.wrongSecret ? createServerSettings(temporary) : settings),
    NO_COLOR: '1',
  }
  if (example.build) {
    const { code, stdout, stderr } = await run(
      { command: example.build, folder, env },
      buildsWithinMs,
    )
    if (code !== 0) throw new Error(`examples/${name} does not build:\n${stdout}${stderr}`)
  }
  const report = await play({ command: example.start, folder, env }, settings)
  print(name, report)
  return report.right && report.stopped ? 0 : 1
}

function print(name: string, report: Report): void {
  const { url, deliveries, refusals, questions, log, stopped, right } = report
  const sections = [
    `${name} answers POST ${url}/webhooks/koywe`,
    formatTable(['sent', 'answer', 'the listeners saw'], deliveries),
    'and refuses what Koywe would not send',
    formatTable(['sent', 'answer', 'the listeners saw'], refusals),
    `and POST ${url}/koywe/auth, where Koywe asks whether a user may operate`,
    formatTable(['asked', 'answer', 'Koywe concludes'], questions),
    'Meanwhile in the log of the server (for requests that it cannot trust, one line per code and minute):',
    formatLog(log),
    right ? 'Every answer was the right one.' : 'Something is wrong: see the lines marked ✗.',
    ...(stopped ? [] : ['The server did not end on SIGTERM and had to be killed.']),
  ]
  console.log(`\n${sections.join('\n\n')}\n`)
}

/** Each sentence of the log once, below all deliveries and questions that caused it. */
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
