import { createHash } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { Readable } from 'node:stream'

/** A request that has reached the application's own code. */
export interface Arrival {
  readonly method: string | undefined
  readonly url: string | undefined
  /** Nothing had read its body. */
  readonly unread: boolean
  /** Of an upload: how many bytes arrived, and their SHA-256. */
  readonly upload: string | undefined
}

/** The application around a mount. It keeps what reaches it. */
export interface Application {
  readonly arrivals: readonly Arrival[]
  /** Receives a request; `body` is its stream, where the framework hands on another one. */
  receive(request: IncomingMessage, body?: Readable): Promise<void>
}

/** Where an application expects an upload. */
export const uploadPath = '/upload'

/** An application to which nothing has come yet. */
export function createApplication(): Application {
  const arrivals: Arrival[] = []
  return {
    arrivals,
    async receive(request, body = request) {
      const { method, url, readableDidRead } = request
      const upload = url === uploadPath ? await sumOf(body) : undefined
      arrivals.push({ method, url, unread: !readableDidRead, upload })
    },
  }
}

async function sumOf(stream: Readable): Promise<string> {
  const hash = createHash('sha256')
  let length = 0
  for await (const chunk of stream) {
    hash.update(chunk)
    length += chunk.length
  }
  return `${length} ${hash.digest('hex')}`
}
