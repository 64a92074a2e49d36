import type { HttpRequest } from '@x/koywe-core'

/** The neutral form of a request with that body: what an adapter hands to the core. */
export function requestOf(bytes: Buffer): HttpRequest {
  const headers = { 'content-type': 'application/json', 'content-length': `${bytes.length}` }
  return {
    method: 'POST',
    url: '/webhooks/koywe',
    headers,
    rawHeaders: Object.entries(headers).flat(),
    body: async () => ({ bytes }),
  }
}
