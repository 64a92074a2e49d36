import { readFile } from 'node:fs/promises'
import { text } from 'node:stream/consumers'
import { usageError } from './exit.js'

/**
 * The text of a file, or of stdin when none is named, without the line end that an editor or `echo` has added.
 *
 * @throws {CliError} when there is nothing to read.
 */
export async function inputText(
  file: string | undefined,
  secret: string | undefined,
): Promise<string> {
  if (file !== undefined && file !== '-') return withoutLineEnd(await textOf(file))
  if (secret === '-') {
    throw usageError('stdin cannot hold both the secret and the body', 'Name a file for the body.')
  }
  if (process.stdin.isTTY) {
    throw usageError('there is no body', 'Name a file, or pipe the body in.')
  }
  return withoutLineEnd(await text(process.stdin))
}

async function textOf(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? String(error.code) : String(error)
    throw usageError(`${file} cannot be read (${reason})`)
  }
}

function withoutLineEnd(body: string): string {
  return body.replace(/\r?\n$/, '')
}
