import type { IncomingMessage, ServerResponse } from 'node:http'
import { createEventBuffer, createSession } from 'better-sse'
import type { ApplicationState, Message } from '../entries.js'
import type { History } from '../history.js'

/** Streams to pages. */
export interface Stream {
  /** Sends the state of the application and what is kept, and then what is new, until the page leaves. */
  serve(request: IncomingMessage, response: ServerResponse): Promise<void>
  /** The state of the application has changed. */
  state(): void
  /** Whether a page is open. */
  isWatched(): boolean
  /** Sends what is due, and ends every stream. */
  close(): void
}

const batchMs = 50
/** A page that reads slowly waits for less: it is sent the latest form of each request once it has read what it was sent. */
const mostUnreadBytes = 1024 * 1024
const mostAtOnce = 100
const mostDue = 2000

/** Creates the stream of a history. */
export function createStream(history: History, stateOf: () => ApplicationState): Stream {
  const pages = new Set<{ state(): void; flush(): void; end(): void }>()

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const session = await createSession(request, response, { retry: null })
    const due = new Set<number>()
    let isStateDue = true
    let timer: NodeJS.Timeout | undefined
    for (const { number } of history.entries()) due.add(number)

    function schedule(): void {
      timer ??= setTimeout(flush, batchMs)
    }

    function flush(): void {
      timer = undefined
      if (!session.isConnected) return
      if (response.writableLength > mostUnreadBytes) {
        schedule()
        return
      }
      const buffer = createEventBuffer()
      const push = (message: Message) => buffer.data(message).dispatch()
      if (isStateDue) push(stateOf())
      isStateDue = false
      let left = mostAtOnce
      for (const number of due) {
        const entry = history.get(number)
        if (entry && left-- === 0) break
        due.delete(number)
        if (entry) push(entry)
      }
      session.batch(buffer)
      if (due.size > 0) schedule()
    }

    const unsubscribe = history.subscribe(({ number }) => {
      due.add(number)
      if (due.size > mostDue) forgetForgotten(due, history)
      schedule()
    })
    const page = {
      state() {
        isStateDue = true
        schedule()
      },
      flush,
      end: () => response.end(),
    }
    pages.add(page)
    session.once('disconnected', () => {
      pages.delete(page)
      unsubscribe()
      clearTimeout(timer)
    })
    flush()
  }

  return {
    serve,
    state() {
      for (const page of pages) page.state()
    },
    isWatched: () => pages.size > 0,
    close() {
      for (const page of pages) {
        page.flush()
        page.end()
      }
    },
  }
}

/** A page that lags behind does not get what is no longer kept. */
function forgetForgotten(due: Set<number>, history: History): void {
  for (const number of due) if (!history.get(number)) due.delete(number)
}
