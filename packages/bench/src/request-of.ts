import type { HttpRequest } from '@x/koywe-core'

/** A request with that body in the neutral form that adapters pass to the core. */
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
