import { usageError } from '../contract/exit.js'

/**
 * Reads `key=text` and `key:=json`, which is HTTPie's grammar.
 *
 * @throws {CliError} when one is neither.
 */
export function fieldsOf(texts: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(texts.map(fieldOf))
}

function fieldOf(text: string): readonly [string, unknown] {
  const [, key, kind, value = ''] = /^([^=]+?)(:?=)(.*)$/s.exec(text) ?? []
  if (key === undefined) {
    throw usageError(
      `--field "${text}" has no value`,
      'Write --field key=text or --field key:=json',
    )
  }
  if (key === 'signature') {
    throw usageError(
      'the signature is made by the command',
      'To send a wrong one: --tamper, --unsigned or --wrong-secret',
    )
  }
  if (kind === '=') return [key, value]
  try {
    return [key, JSON.parse(value)]
  } catch {
    throw usageError(
      `the value of --field "${text}" is not JSON`,
      'For a text write --field key=text',
    )
  }
}
