/** The example's listeners print a line for each event: `event crypto_delivered order 5a3288ea-…`. */
export function eventIn(line: string): string | undefined {
  const [, name, orderId] = /\bevent (\S+) order ([^\s"]+)/.exec(line) ?? []
  return name && orderId && formatEvent(name, orderId)
}

/** An event as a table shows it. */
export function formatEvent(eventName: string, orderId: string): string {
  return `${eventName} of order ${orderId.slice(0, 8)}…`
}

/** What the lines say, without events, stack traces, and the date, colour or JSON that a framework's log puts around it. */
export function sentencesIn(lines: readonly string[]): string[] {
  return lines
    .filter((line) => eventIn(line) === undefined)
    .flatMap((line) => (messageIn(line) ?? line).split('\n'))
    .filter((line) => !/^\s+at /.test(line))
    .map((line) => /\bkoywe( \w+)?: .+/.exec(line)?.[0] ?? line)
}

/** The message of a line of JSON, as pino writes it. */
function messageIn(line: string): string | undefined {
  try {
    const { msg } = JSON.parse(line)
    return typeof msg === 'string' ? msg : undefined
  } catch {
    return undefined
  }
}
