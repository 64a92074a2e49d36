import { signEvent, signPayments } from '@x/koywe-core/testing'
import { apiOf } from '../contract/api.js'
import { type ExitCode, exitCodes, usageError } from '../contract/exit.js'
import { inputBytes, inputText } from '../contract/input.js'
import { createOutput } from '../contract/output.js'
import { secretFrom } from '../contract/secret.js'

/** The options of `koywe sign` and `koywe verify`. */
export interface BodyOptions {
  readonly secret?: string
  readonly json?: boolean
}

/** The options of `koywe sign`. */
export interface SignOptions extends BodyOptions {
  readonly payments?: boolean
}

/**
 * Prints the body that Koywe would send, or of the Payments API, whose signature covers the bytes as they are, the header's value.
 * Returns the exit code.
 */
export async function sign(file: string | undefined, options: SignOptions): Promise<ExitCode> {
  if (apiOf(options) === 'payments') {
    const bytes = await inputBytes(file, options.secret)
    const signature = signPayments(bytes, await secretFrom(options.secret, 'payments'))
    createOutput(options).result({ signature }, signature)
    return exitCodes.ok
  }
  const payload = objectOf(await inputText(file, options.secret))
  const body = signEvent(payload, await secretFrom(options.secret))
  createOutput(options).result({ body, signature: JSON.parse(body).signature }, body)
  return exitCodes.ok
}

function objectOf(text: string): object {
  const value = parsed(text)
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value
  throw usageError(
    'the body is not a JSON object',
    'It looks like {"eventName":"crypto_delivered", …}',
  )
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
