/** What the command's exit code says. */
export const exitCodes = {
  /** Everything was done, and every answer was right. */
  ok: 0,
  /** An answer was wrong, or a check failed. */
  wrong: 1,
  /** The command was not understood, or something that it needs is missing. */
  usage: 2,
  /** No connection, no TLS, or no answer. */
  unreachable: 3,
  interrupted: 130,
} as const

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes]

/** A failure that is reported in one line, with a hint beneath it, and that ends the command. */
export class CliError extends Error {
  override readonly name = 'CliError'
  readonly exitCode: ExitCode
  /** Stable, for scripts. */
  readonly code: string
  /** What to do about it. */
  readonly hint: string | undefined

  constructor(exitCode: ExitCode, code: string, message: string, hint?: string) {
    super(message)
    this.exitCode = exitCode
    this.code = code
    this.hint = hint
  }
}

/** A mistake in how the command was called: exit code 2. */
export function usageError(message: string, hint?: string): CliError {
  return new CliError(exitCodes.usage, 'usage', message, hint)
}

let interrupted: () => void = () => process.exit(exitCodes.interrupted)

/** Replaces what Ctrl-C does, which is to end with 130 at once. */
export function onInterrupt(handler: () => void): void {
  interrupted = handler
}

/** Makes Ctrl-C end the command with 130. */
export function watchInterrupts(): void {
  process.on('SIGINT', () => interrupted())
}
