import { inspect, types } from 'node:util'
import type { KoyweErrorCode } from '../errors.js'
import { createLineLimit } from './line-limit.js'
import { escapeControls, escapeControlsInLines } from './quote.js'

/**
 * Receives messages meant for the developer. pino, bunyan, winston, log4js, Nest's Logger and `console` all fit, and so does
 * any object with these two methods.
 */
export interface Logger {
  /** Writes one line: what happened, then what to do. */
  warn(message: string): void
  /**
   * Called as `error(error, message)`, where `error` is always an `Error`. A logger that also has a method `log` (`console`,
   * winston, log4js, Nest's Logger) expects messages, so it is called as `error(text)`: the message, and from the second line on
   * the error with its stack.
   */
  error(error: unknown, message: string): void
}

/**
 * The log of one receiver or one auth callback. Every method takes the framework's logger for the request, which is used when
 * the `logger` option is not set; the fallback is `console`. No method throws, whatever the logger does. A sentence is one line:
 * control characters in it are escaped.
 */
export interface Log {
  /**
   * Says why a request was refused, as `koywe <code>: <sentence>`. Anyone can cause a refusal before the sender is `verified`
   * (for a question: admitted), so these lines are limited: per code the first is written at once, then one per minute, with the
   * number suppressed. Later refusals concern a real event and are all written. The sentence is built only when it is written.
   */
  refused(
    target: Logger | undefined,
    code: KoyweErrorCode,
    verified: boolean,
    sentence: () => string,
  ): void
  /** Warns about the set-up or the server. Never suppressed. */
  warn(target: Logger | undefined, sentence: string): void
  /** Reports a failure with what was thrown. Never suppressed. */
  error(target: Logger | undefined, error: unknown, sentence: string): void
}

const silent = { refused() {}, warn() {}, error() {} }

/** Creates the log for the `logger` option. `now` returns milliseconds and must never run backwards. */
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
  const logger = option as Partial<Logger> | null // inspected on the next line
  if (typeof logger?.warn === 'function' && typeof logger.error === 'function') return
  throw new TypeError(
    '`logger` must have the methods `warn` and `error`, as console, pino and winston have; `false` turns the log off.',
  )
}

/**
 * Loggers that take an error before the message have no method `log`. Those that have one expect messages, and some of their
 * outputs lose an error or what follows it. All of them write a single string completely.
 */
function writeError(logger: Logger, error: unknown, sentence: string): unknown {
  return takesMessages(logger)
    ? logger.error(`${sentence}\n${escapeControlsInLines(show(error))}`)
    : logger.error(toError(error), sentence)
}

function takesMessages(logger: object): logger is { error(text: string): unknown } {
  return 'log' in logger && typeof logger.log === 'function'
}

/** Turns what was thrown into an `Error`: pino and bunyan drop the message when the error is a string. */
function toError(thrown: unknown): Error {
  try {
    const isError = types.isNativeError(thrown) || thrown instanceof Error
    if (isError && typeof thrown.stack === 'string') return thrown
  } catch {
    // A revoked proxy, or a `stack` that throws.
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
    // An asynchronous logger that fails must not end the process.
    Promise.resolve(write()).catch(() => {})
  } catch {}
}
