import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { HttpRequest } from '@x/koywe-core'

/** A request that has arrived at a server of `node:http`. */
export interface Arrival {
  readonly socket: Socket
  /** As it was asked for: a framework may rewrite it later. */
  readonly url: string
  /** Whether a receiver or a callback has begun to handle it, so that it is reported. */
  isFollowed: boolean
}

/** Numbers of answers. */
interface Counted {
  answers: number
  refused: number
}

/** Counts the answers to requests that nobody follows, by where those that were followed had come in. */
export interface Counter {
  /** A request has arrived. Need not be told during a pause. */
  arrived(message: { readonly request: IncomingMessage }): void
  /** A receiver or a callback begins to handle a request. Returns its arrival, or `'counted'` for one whose answer will be counted. */
  follow(
    request: Pick<HttpRequest, 'headers' | 'rawHeaders'> | undefined,
  ): Arrival | 'counted' | undefined
  /** A request has been answered. */
  answered(message: { readonly request: IncomingMessage; readonly response: ServerResponse }): void
  /** Whether a pause would miss no answer. */
  isExact(): boolean
  /** How many answers it has counted since it was last asked, and how many of them were errors. */
  sinceLast(): Counted
  /** From now on, requests are not followed. */
  pause(): void
  resume(): void
}

/** One that is never answered is forgotten at last. */
const mostRunning = 5000
/** Paths that never come again, such as those with an id in the query, are not learned without end. */
const mostPlaces = 100
/** A request that arrived during a pause has been answered by then. */
const tailMs = 10_000

/** Creates a counter, which calls `onCounted` for every answer that it counts. */
export function createCounter(onCounted: (isRefused: boolean) => void): Counter {
  /** The requests that are running, by the array of their headers, which the contexts have too. Weak references cost far more. */
  const arrivals = new Map<readonly string[], Arrival>()
  const places = new Set<string>()
  let isExact = true
  let isPaused = false
  let tailUntil = 0
  let recent: Counted = { answers: 0, refused: 0 }

  const counts = (): boolean => isPaused || performance.now() < tailUntil

  return {
    arrived({ request }) {
      const { method, url = '', rawHeaders, socket } = request
      if (method !== 'POST') return
      arrivals.set(rawHeaders, { socket, url, isFollowed: false })
      if (arrivals.size <= mostRunning) return
      const [oldest] = arrivals.keys()
      if (oldest !== undefined) arrivals.delete(oldest)
    },
    follow(request) {
      const arrival = request && arrivals.get(request.rawHeaders)
      if (arrival) arrival.isFollowed = true
      else if (counts() && isOfNodeHttp(request)) return 'counted'
      else isExact = false
      return arrival
    },
    answered({ request, response }) {
      if (request.method !== 'POST') return
      const url = urlOf(request)
      const arrival = arrivals.get(request.rawHeaders)
      if (arrival) arrivals.delete(request.rawHeaders)
      if (arrival?.isFollowed) {
        if (arrival.url !== url || places.size > mostPlaces) isExact = false
        places.add(url)
      } else if (counts() && places.has(url)) {
        const isRefused = response.statusCode >= 400
        recent.answers++
        if (isRefused) recent.refused++
        onCounted(isRefused)
      }
    },
    isExact: () => isExact && places.size > 0,
    sinceLast() {
      const last = recent
      recent = { answers: 0, refused: 0 }
      return last
    },
    pause() {
      isPaused = true
    },
    resume() {
      isPaused = false
      tailUntil = performance.now() + tailMs
    },
  }
}

/** Express keeps the URL that was asked for. */
function urlOf({
  url = '',
  originalUrl = url,
}: IncomingMessage & { originalUrl?: string }): string {
  return originalUrl
}

/** Whether a request has arrived by HTTP/1, so that its answer is told. */
function isOfNodeHttp(request: Pick<HttpRequest, 'headers' | 'rawHeaders'> | undefined): boolean {
  return request !== undefined && request.rawHeaders.length > 0 && !(':path' in request.headers)
}
