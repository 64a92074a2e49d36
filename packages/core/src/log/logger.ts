import { inspect, types } from 'node:util'
import type { KoyweErrorCode } from '../errors.js'
import { createLineLimit } from './line-limit.js'
import { escapeControls, escapeControlsInLines } from './quote.js'

/**
 * Receives the messages for the developer. pino, bunyan, winston, log4js, Nest's Logger and `console` all fit, and so does an
 * object of your own with these two methods.
 */
export interface Logger {
  warn(message: string): void
  /**
   * Called as `error(error, message)`, with what was thrown as an `Error` and our sentence. A log that also has a method `log`
   * (`console`, winston, log4js, Nest's Logger) takes messages only: it is called as `error(text)`, where `text` is our sentence
   * and, from the second line on, the error with its stack.
   */
  error(error: unknown, message: string): void
}

/**
 * The log of one receiver or one auth callback. Every method takes the framework's log of the request, which is used when the
 * `logger` option is not set; `console` comes last. No method throws, whatever the log does. A sentence is one line: control
 * characters in it are written as escapes.
 */
export interface Log {
  /**
   * Says why a request was refused, as `koywe <code>: <sentence>`. Anybody can cause a refusal before the sender is `verified`
   * (for a question: admitted), so of these lines, each code gets the first at once and then one a minute, with the number of those
   * left out. Refusals after that tell of a lost or failed event and are all written. The sentence is made only when it is written.
   */
  refused(
    target: Logger | undefined,
    code: KoyweErrorCode,
    verified: boolean,
    sentence: () => string,
  ): void
  /** Warns about the set-up or the server. Never left out. */
  warn(target: Logger | undefined, sentence: string): void
  /** Tells of a failure, with what was thrown. Never left out. */
  error(target: Logger | undefined, error: unknown, sentence: string): void
}

const silent = { refused() {}, warn() {}, error() {} }

/** Makes the log that the `logger` option asks for. `now` gives milliseconds that never go back. */
export function createLog(
  option: Logger | false | undefined,
  now: () => number = () => performance.now(),
): Log {
  if (option === false) return silent
  const limit = createLineLimit<KoyweErrorCode>(now)
  const warn = (target: Logger | undefined, sentence: () => string): void =>
    quietly(() => (option ?? target ?? console).warn(escapeControls(sentence())))
  return {
    refused(target, code, verified, sentence) {
      const leftOut = verified ? 0 : limit(code)
      if (leftOut === undefined) return
      warn(target, () => `koywe ${code}: ${sentence()}${more(leftOut)}`)
    },
    warn(target, sentence) {
      warn(target, () => sentence)
    },
    error(target, error, sentence) {
      quietly(() => writeError(option ?? target ?? console, error, escapeControls(sentence)))
    },
  }
}

/** @throws {TypeError} when the `logger` option is neither a log nor `false`. */
export function checkLogger(option: unknown): void {
  if (option === undefined || option === false) return
  const logger = option as Partial<Logger> | null // only looked at, by the next line
  if (typeof logger?.warn === 'function' && typeof logger.error === 'function') return
  throw new TypeError(
    '`logger` must have the methods `warn` and `error`, as console, pino and winston have; `false` turns the log off.',
  )
}

/**
 * The logs that take an error before the message have no method `log`; those that have one take messages, and lose an error or
 * what follows it in one form of output or another. All of them write one string whole.
 */
function writeError(logger: Logger, error: unknown, sentence: string): unknown {
  return takesMessages(logger)
    ? logger.error(`${sentence}\n${escapeControlsInLines(show(error))}`)
    : logger.error(toError(error), sentence)
}

function takesMessages(logger: object): logger is { error(text: string): unknown } {
  return 'log' in logger && typeof logger.log === 'function'
}

/** What was thrown, as an error that any log can write. pino and bunyan drop the message when they get a string for an error. */
function toError(thrown: unknown): Error {
  try {
    const isError = types.isNativeError(thrown) || thrown instanceof Error
    if (isError && typeof thrown.stack === 'string') return thrown
  } catch {
    // A proxy that is revoked, or a `stack` that throws.
  }
  return new Error(`What was thrown is not an ordinary Error: ${show(thrown)}`)
}

function show(thrown: unknown): string {
  try {
    return inspect(thrown)
  } catch {
    return 'a value that cannot be shown'
  }
}

function more(leftOut: number): string {
  if (leftOut === 0) return ''
  const requests = leftOut === 1 ? '1 more request was' : `${leftOut} more requests were`
  return ` (Since the last such line, ${requests} refused with this code; at most one line a minute is written.)`
}

function quietly(write: () => unknown): void {
  try {
    // An asynchronous log that fails must not end the process.
    Promise.resolve(write()).catch(() => {})
  } catch {}
}
