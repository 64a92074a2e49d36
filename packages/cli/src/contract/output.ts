import { stripVTControlCharacters, styleText } from 'node:util'
import { CliError, type ExitCode, exitCodes } from './exit.js'

/** Where a command's results and remarks go. */
export interface Output {
  readonly json: boolean
  /** Writes a result to stdout: the text, or with `--json` the value on one line, with `version: 1`. */
  result(value: object, text: string): void
  /** Writes a remark to stderr. */
  note(line: string): void
}

/** Every line a command writes goes through one of these. The format depends on `--json` alone, never on the terminal. */
export function createOutput({ json = false }: { json?: boolean | undefined }): Output {
  return {
    json,
    result(value, text) {
      const line = json ? jsonLine({ version: 1, ...value }) : text
      process.stdout.write(`${line}\n`)
    },
    note(line) {
      process.stderr.write(`${line}\n`)
    },
  }
}

/** Text of a server as it is safe on a terminal: without escape sequences and control characters, except line ends and tabs. */
export function printable(text: string): string {
  return stripVTControlCharacters(text).replace(/(?![\n\t])\p{Cc}/gu, '')
}

/** One colour at a time, on a terminal that wants colours. Nest calls for more: Node 20 ignores NO_COLOR for a list of formats. */
export function paint(
  format: 'bold' | 'dim' | 'green' | 'red' | 'yellow',
  text: string,
  stream: NodeJS.WriteStream = process.stdout,
): string {
  return styleText(format, text, { stream })
}

/** Reports a failure to stderr, in one line and a hint, or with `--json` as one object. Returns the exit code. */
export function reportFailure(error: unknown, json: boolean): ExitCode {
  const { exitCode, code, message, hint } =
    error instanceof CliError
      ? error
      : new CliError(exitCodes.wrong, 'unexpected', `unexpected: ${messageOf(error)}`)
  const lines = [`koywe: ${printable(message)}`, ...(hint === undefined ? [] : [`  ${hint}`])]
  const text = json ? jsonLine({ version: 1, error: { code, message, hint } }) : lines.join('\n')
  process.stderr.write(`${text}\n`)
  return exitCode
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/** JSON escapes only some control characters by itself. */
function jsonLine(value: object): string {
  return JSON.stringify(value).replace(
    /[\u007f-\u009f]/g,
    (character) => `\\u00${character.charCodeAt(0).toString(16)}`,
  )
}
