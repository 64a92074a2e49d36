/** What came back. */
export interface Answer {
  readonly status: number
  readonly body: string
}

const answersWithinMs = 10_000

/** Posts JSON and reads the answer, after redirects, which Koywe's client follows too. Returns the reason when there is none. */
export async function post(
  url: string,
  body: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer | string> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', ...headers },
      body,
      signal: AbortSignal.timeout(answersWithinMs),
    })
    return { status: response.status, body: await response.text() }
  } catch (error) {
    return `no answer (${error instanceof Error ? error.message : String(error)})`
  }
}

/** The answer as it stands in a table. */
export function formatAnswer(answer: Answer | string): string {
  return typeof answer === 'string' ? answer : `${answer.status} ${answer.body}`
}
