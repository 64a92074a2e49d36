import { environment } from './environment.js'
import { run } from './run.js'

const endsWithinMs = 8 * 60_000

/**
 * Runs a program to its end in a shell's environment and returns what it printed.
 *
 * @throws {Error} with all that it printed, when it fails or takes longer than eight minutes.
 */
export async function outputOf(
  program: string,
  args: readonly string[],
  folder: string,
): Promise<string> {
  const command = [program, ...args] as const
  const { code, stdout, stderr } = await run({ command, folder, env: environment() }, endsWithinMs)
  if (code === 0) return stdout
  const reason =
    code === null ? `was killed, after ${endsWithinMs} ms at the latest` : `ended with ${code}`
  throw new Error(`${command.join(' ')} ${reason}\n${stdout}\n${stderr}`)
}
