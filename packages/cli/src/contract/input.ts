import { readFile } from 'node:fs/promises'
import { buffer } from 'node:stream/consumers'
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
  return (await inputBytes(file, secret)).toString().replace(/\r?\n$/, '')
}

/**
 * The bytes of a file, or of stdin when none is named.
 *
 * @throws {CliError} when there is nothing to read.
 */
export async function inputBytes(
  file: string | undefined,
  secret: string | undefined,
): Promise<Buffer> {
  if (file !== undefined && file !== '-') return bytesOf(file)
  if (secret === '-') {
    throw usageError('stdin cannot hold both the secret and the body', 'Name a file for the body.')
  }
  if (process.stdin.isTTY) {
    throw usageError('there is no body', 'Name a file, or pipe the body in.')
  }
  return buffer(process.stdin)
}

async function bytesOf(file: string): Promise<Buffer> {
  try {
    return await readFile(file)
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? String(error.code) : String(error)
    throw usageError(`${file} cannot be read (${reason})`)
  }
}
