import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { runTarget } from './run-target.js'
import { type Target, targetNames, targets } from './targets.js'

const usage = `Usage: pnpm fuzz [--seconds 300] [--seed <number>] [--target ${targetNames.join('|')}] [--input <base64url>]

Sends receivers requests that nobody thought of, and checks each answer. Each target runs in a thread of its own, all at once:

${targetNames.map((name) => `  ${name.padEnd(9)}  ${targets[name]}`).join('\n')}

  --seconds  how long; all targets share this time
  --seed     repeats a run: the same inputs in the same order
  --target   only one of them
  --input    tries one input, as a failed run prints it`

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '300' },
    seed: { type: 'string', default: String(Math.trunc(Math.random() * 2 ** 32)) },
    target: { type: 'string' },
    input: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
})
const [seconds, seed] = [Number(values.seconds), Number(values.seed)]
const chosen = targetNames.filter(
  (target) => values.target === undefined || values.target === target,
)
const [only] = chosen
if (values.help) {
  console.log(usage)
} else if (
  !(seconds > 0) ||
  !Number.isInteger(seed) ||
  !only ||
  (values.input && chosen.length > 1)
) {
  console.error(usage)
  process.exitCode = 2
} else {
  const folder = mkdtempSync(join(tmpdir(), 'koywe-fuzz-'))
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
  console.log(`seed ${seed}`)
  const ended = await Promise.all(chosen.map((target) => play(target, folder)))
  process.exitCode = ended.every(Boolean) ? 0 : 1
}

/** Returns whether every promise was kept. */
async function play(target: Target, folder: string): Promise<boolean> {
  const input = values.input === undefined ? undefined : Buffer.from(values.input, 'base64url')
  const settings = { target, seconds, seed, folder, ...(input && { input }) }
  const { seconds: took, progress, broken } = await runTarget(settings)
  if (progress) {
    const { executions, inputs, reached, all, statuses } = progress
    const rate = Math.round(executions / took)
    const share = ((100 * reached) / all).toFixed(1)
    console.log(
      `${target}: ${executions} inputs in ${took.toFixed(1)} s (${rate}/s), ${inputs} kept, ${reached} of ${all} places of the core reached (${share} %); answers: ${JSON.stringify(statuses)}`,
    )
  }
  if (!broken) {
    console.log(`${target}: every promise was kept`)
    return true
  }
  console.log(
    `${target}: ${broken.error}\nRepeat it with:\n  pnpm fuzz --target ${target} --input ${broken.input.toString('base64url') || "''"}`,
  )
  return false
}
