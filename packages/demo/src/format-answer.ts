/** An answer as the testing kit returns it. */
interface Answer {
  readonly status: number
  /** The body, parsed when it is JSON. */
  readonly body: unknown
}

/** The answer as a table shows it: the status and the body, in which the text `false` and the JSON string `"false"` differ. */
export function formatAnswer({ status, body }: Answer): string {
  const isPlainText = typeof body === 'string' && !isJson(body)
  return `${status} ${isPlainText ? body : JSON.stringify(body)}`
}

/** What a table shows when no answer came. */
export function formatFailure(error: unknown): string {
  return `no answer (${error instanceof Error ? error.message : String(error)})`
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
