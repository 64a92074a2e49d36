/** Creates a logger that keeps every sentence in `lines`, and what came with the errors in `errors`. */
export function createMemoryLog() {
  const lines: string[] = []
  const errors: unknown[] = []
  return {
    lines,
    errors,
    warn(message: string) {
      lines.push(message)
    },
    error(error: unknown, message: string) {
      errors.push(error)
      lines.push(message)
    },
  }
}
