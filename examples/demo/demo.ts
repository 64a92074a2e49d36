import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { examples } from './examples.js'
import { play, type Report } from './play.js'
import { run } from './run.js'
import { formatTable } from './table.js'

const usage = `Usage: pnpm demo [${examples.map(({ folder }) => folder).join(' | ')}] [--wrong-secret]

Starts an example server, sends it what Koywe would send and what a forger would, and checks every answer.
With --wrong-secret the server is given another secret than the sender has: see what its log has to say.`

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
  const [name = examples[0].folder] = positionals
  const example = examples.find(({ folder }) => folder === name)
  if (!example || positionals.length > 1) {
    console.error(usage)
    return 2
  }

  const secret = randomBytes(32).toString('hex')
  const serverSecret = values['wrong-secret'] ? randomBytes(32).toString('hex') : secret
  const folder = join(import.meta.dirname, '..', name)
  const env = {
    ...process.env,
    PORT: '0',
    HOST: '127.0.0.1',
    KOYWE_WEBHOOK_SECRET: serverSecret,
    NO_COLOR: '1',
  }
  if (example.build) {
    const { code, stdout, stderr } = await run(
      { command: example.build, folder, env },
      buildsWithinMs,
    )
    if (code !== 0) throw new Error(`examples/${name} does not build:\n${stdout}${stderr}`)
  }
  const report = await play({ command: example.start, folder, env }, secret)
  print(name, report)
  return report.right ? 0 : 1
}

function print(name: string, { url, deliveries, log, right }: Report): void {
  const sections = [
    `examples/${name} answers POST ${url}`,
    formatTable(['sent', 'answer', 'the listeners saw'], deliveries),
    'Meanwhile in the log of the server:',
    formatLog(log),
    right ? 'Every answer was the right one.' : 'Something is wrong: see the lines marked ✗.',
  ]
  console.log(`\n${sections.join('\n\n')}\n`)
}

/** What the log says, once for all deliveries that it says it of. */
function formatLog(log: Report['log']): string {
  const sentByText = new Map<string, string[]>()
  for (const { sent, lines } of log) {
    const text = lines.map(indent).join('\n')
    sentByText.set(text, [...(sentByText.get(text) ?? []), `  ${sent}`])
  }
  return [...sentByText].map(([text, sent]) => `${sent.join('\n')}\n${text}`).join('\n')
}

/** Breaks a long line of the log between words. */
function indent(line: string): string {
  const rows = line.match(new RegExp(`\\S.{0,${logWidth}}(?=\\s|$)`, 'g')) ?? [line]
  return rows.map((row) => `    ${row}`).join('\n')
}
