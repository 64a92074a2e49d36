import type { Action, ActionResult, Catalogue } from '../src/inspect/entries.js'

/** The inspector's interface for this page. */
export interface Api {
  /** Opens the stream. @throws {Denied} without the right token. */
  stream(signal: AbortSignal): Promise<ReadableStream<Uint8Array>>
  catalogue(): Promise<Catalogue>
  act(action: Action): Promise<ActionResult>
}

/** The inspector does not accept the token. */
export class Denied extends Error {}

/** Talks to the inspector that served the page, with the token of its run. */
export function createApi(token: string): Api {
  const authorization = `Bearer ${token}`

  async function call(path: string, init: RequestInit = {}): Promise<Response> {
    const headers = { ...init.headers, authorization }
    const response = await fetch(path, { ...init, headers, cache: 'no-store' })
    if (response.status === 401 || response.status === 403) throw new Denied()
    return response
  }

  return {
    async stream(signal) {
      const { ok, status, body } = await call('/api/stream', {
        signal,
        headers: { accept: 'text/event-stream' },
      })
      if (!ok || body === null) throw new Error(`the stream was answered with ${status}`)
      return body
    },
    async catalogue() {
      const response = await call('/api/catalogue')
      if (!response.ok) throw new Error(`the catalogue was answered with ${response.status}`)
      return response.json()
    },
    async act(action) {
      const response = await call('/api/actions', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(action),
      })
      return response.json()
    },
  }
}
