#!/usr/bin/env node
import { readFileSync } from 'node:fs'
import { Command, CommanderError } from 'commander'
import { register as auth } from './commands/auth.js'
import { register as complete } from './commands/complete.js'
import { register as doctor } from './commands/doctor.js'
import { register as events } from './commands/events.js'
import { register as inspect } from './commands/inspect.js'
import { register as order } from './commands/order.js'
import { register as replay } from './commands/replay.js'
import { register as send } from './commands/send.js'
import { register as sign } from './commands/sign.js'
import { register as storm } from './commands/storm.js'
import { register as verify } from './commands/verify.js'
import { CliError, exitCodes, usageError, watchInterrupts } from './contract/exit.js'
import { reportFailure } from './contract/output.js'
import { defaultUrl } from './contract/target-options.js'

/** The manifest is one folder up from the source, and from the built program. */
const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))
// What follows `--` belongs to the command that `koywe inspect` starts.
const marker = process.argv.indexOf('--')
const json = process.argv.slice(0, marker < 0 ? undefined : marker).includes('--json')

const program = new Command('koywe')
  .description(
    "Sends test webhooks of Koywe's ramp API to your server, and says why one is refused.",
  )
  .version(version)
  .exitOverride()
  .configureOutput({ outputError: () => {} }) // it is reported below, as every other failure
  .showSuggestionAfterError()
  .addHelpText(
    'after',
    `
The secret is read from KOYWE_WEBHOOK_SECRET, also in .env. Start with:
  koywe send crypto_delivered
  koywe doctor ${defaultUrl}`,
  )
for (const register of [
  send,
  order,
  auth,
  sign,
  verify,
  events,
  doctor,
  storm,
  inspect,
  replay,
  complete,
]) {
  register(program)
}

watchInterrupts()
process.stdout.on('error', ({ code }: NodeJS.ErrnoException) => {
  // A reader such as `head` may stop reading.
  if (code === 'EPIPE') process.exit(exitCodes.ok)
  const lost = new CliError(exitCodes.wrong, 'output', `the result cannot be written (${code})`)
  process.exit(reportFailure(lost, json))
})
// A remark that cannot be written ends nothing.
process.stderr.on('error', () => {})

try {
  const [, , command, mark, ...words] = process.argv
  if (command === 'complete' && mark === '--') {
    const { suggest } = await import('./completion/complete.js')
    suggest(program, words)
  } else {
    await program.parseAsync()
  }
} catch (error) {
  process.exitCode = failed(error)
}

function failed(error: unknown): number {
  if (!(error instanceof CommanderError)) return reportFailure(error, json)
  if (error.exitCode === 0) return exitCodes.ok // it has shown the help or the version
  if (error.code === 'commander.help') return exitCodes.usage // it has shown the help, as there was no command
  const [message = '', hint] = error.message.replace(/^error: /, '').split('\n')
  return reportFailure(usageError(message, hint), json)
}
