import type { WireResponse } from '@x/koywe-testkit/wire'
import { expect } from 'vitest'

/** An answer as every mount gives it. */
export interface Answer {
  readonly status: number
  /** To the byte. */
  readonly body: string
  readonly retryAfter?: string | undefined
  /** Whether it asks for a credential. */
  readonly challenged?: boolean
}

/** Fails unless the answer matches in every part that a caller may rely on. */
export function expectAnswer(
  response: WireResponse,
  { status, body, retryAfter, challenged = false }: Answer,
): void {
  const header = (name: string) => response.headers.get(name)
  expect({
    status: response.status,
    body: response.body,
    type: header('content-type'),
    length: header('content-length'),
    cache: header('cache-control'),
    retryAfter: header('retry-after'),
    challenged: response.headers.has('www-authenticate'),
    location: header('location'),
    etag: header('etag'),
  }).toEqual({
    status,
    body,
    type: 'application/json; charset=utf-8',
    length: String(Buffer.byteLength(body)),
    cache: 'no-store',
    retryAfter,
    challenged,
    location: undefined,
    etag: undefined,
  })
}
