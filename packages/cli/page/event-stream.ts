/** Reads the data of server-sent events from text that comes in pieces. */
export interface EventStream {
  /** Takes the next piece and returns the data of every event that it completes. */
  push(piece: string): readonly string[]
}

/** Creates a reader of one stream (`text/event-stream`). It reads `data` and leaves every other field alone. */
export function createEventStream(): EventStream {
  let rest = ''
  let data: string[] = []
  return {
    push(piece) {
      const complete: string[] = []
      // A carriage return at the end may be half of a line end.
      const lines = (rest + piece).split(/\r\n|\n|\r(?!$)/)
      rest = lines.pop() ?? ''
      for (const line of lines) {
        if (line === '' && data.length > 0) complete.push(data.join('\n'))
        if (line === '') data = []
        else if (line.startsWith('data:')) data.push(line.slice(5).replace(/^ /, ''))
      }
      return complete
    },
  }
}
