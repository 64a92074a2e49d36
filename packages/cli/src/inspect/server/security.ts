import type { IncomingMessage, ServerResponse } from 'node:http'
import { isToken } from './token.js'

/** On every answer. */
const headers: Readonly<Record<string, string>> = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store',
  'cross-origin-resource-policy': 'same-origin',
}

/** Sets the headers that keep other pages out. */
export function secure(response: ServerResponse): void {
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value)
}

/** Whether a request is for this computer by name. A page elsewhere may make its own name lead here, but its browser says so. */
export function isOurHost({ headers: { host }, socket }: IncomingMessage): boolean {
  const port = socket.localPort
  return ['127.0.0.1', 'localhost', '[::1]'].some((name) => host === `${name}:${port}`)
}

/** Whether a request does not come from a page of another origin. */
export function isOurOrigin({ headers: { origin, host, ...rest } }: IncomingMessage): boolean {
  const site = rest['sec-fetch-site']
  if (site !== undefined && site !== 'same-origin' && site !== 'none') return false
  return origin === undefined || origin === `http://${host}`
}

/** Whether a request shows the token of this run. */
export function isBearer({ headers: { authorization } }: IncomingMessage, token: string): boolean {
  return isToken(/^Bearer (\S+)$/i.exec(authorization ?? '')?.[1], token)
}
