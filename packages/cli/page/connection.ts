import type { Message } from '../src/inspect/entries.js'
import { type Api, Denied } from './api.js'
import { createEventStream } from './event-stream.js'
import type { Link } from './page-state.js'

/** What a connection reports. */
export interface ConnectionListener {
  link(link: Link): void
  message(message: Message): void
}

// The inspector sends a comment at least every 10 s, so a stream that is silent for longer is dead.
const silenceMs = 30_000
const shortestWaitSeconds = 1
const longestWaitSeconds = 16

/** Follows the stream for as long as the page lives, and connects again when it breaks, waiting longer each time. */
export async function connect(api: Api, listener: ConnectionListener): Promise<never> {
  let wait = shortestWaitSeconds
  for (;;) {
    listener.link({ state: 'connecting' })
    try {
      await follow(api, {
        ...listener,
        link(link) {
          wait = shortestWaitSeconds
          listener.link(link)
        },
      })
    } catch (error) {
      if (error instanceof Denied) {
        listener.link({ state: 'denied' })
        return new Promise(() => {})
      }
    }
    for (let left = wait; left > 0; left--) {
      listener.link({ state: 'lost', retryInSeconds: left })
      await new Promise((resolve) => setTimeout(resolve, 1000))
    }
    wait = Math.min(wait * 2, longestWaitSeconds)
  }
}

async function follow(api: Api, listener: ConnectionListener): Promise<void> {
  const controller = new AbortController()
  let watchdog = setTimeout(() => controller.abort(), silenceMs)
  try {
    const stream = await api.stream(controller.signal)
    listener.link({ state: 'open' })
    const events = createEventStream()
    const decoder = new TextDecoder()
    const reader = stream.getReader()
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return
      clearTimeout(watchdog)
      watchdog = setTimeout(() => controller.abort(), silenceMs)
      for (const data of events.push(decoder.decode(value, { stream: true }))) {
        listener.message(JSON.parse(data))
      }
    }
  } finally {
    clearTimeout(watchdog)
    controller.abort()
  }
}
