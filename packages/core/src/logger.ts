/** Where the developer's sentences go. `console`, pino and Fastify's log have this shape. */
export interface Logger {
  warn(message: string): void
  error(error: unknown, message: string): void
}

const silent: Logger = { warn() {}, error() {} }

/**
 * The log for one request: the `logger` option when it is set, else the framework's own, else `console`.
 * A log that throws must not change what is answered, so its errors are dropped.
 */
export function chooseLogger(
  option: Logger | false | undefined,
  request: Logger | undefined,
): Logger {
  if (option === false) return silent
  const logger = option ?? request ?? console
  return {
    warn: (message) => quietly(() => logger.warn(message)),
    error: (error, message) => quietly(() => logger.error(error, message)),
  }
}

/** @throws {TypeError} when the `logger` option is neither a log nor `false`. */
export function checkLogger(option: unknown): void {
  if (option === undefined || option === false) return
  const logger = option as Partial<Logger> | null // only looked at, by the next line
  if (typeof logger?.warn === 'function' && typeof logger.error === 'function') return
  throw new TypeError(
    '`logger` must have the methods `warn` and `error`, as console and pino have; `false` turns the log off.',
  )
}

function quietly(write: () => unknown): void {
  try {
    // An asynchronous log that fails must not end the process.
    Promise.resolve(write()).catch(() => {})
  } catch {}
}

/** Placeholder until the limiter lands. */
export interface Log {
  refused(target: Logger | undefined, code: string, sentence: () => string): void
  warn(target: Logger | undefined, sentence: string): void
  error(target: Logger | undefined, error: unknown, sentence: string): void
}

export function createLog(option: Logger | false | undefined): Log {
  return {
    refused(target, code, sentence) {
      if (option === false) return
      chooseLogger(option, target).warn(`koywe ${code}: ${sentence()}`)
    },
    warn(target, sentence) {
      chooseLogger(option, target).warn(sentence)
    },
    error(target, error, sentence) {
      chooseLogger(option, target).error(error, sentence)
    },
  }
}

export function quote(text: unknown): string {
  return JSON.stringify(String(text).slice(0, 40))
}
