import { usageError } from './exit.js'

/** The option of every command that sends a validly signed event. */
export const ownOption = [
  '--i-own-this-server',
  'sends signed events also to a host that is not this computer',
] as const

const loopback =
  /^(localhost|.+\.localhost|127(\.\d{1,3}){3}|\[::1\]|\[::ffff:7f[\da-f]{2}:[\da-f]{1,4}\])$/

/**
 * Reads a URL, and refuses hosts other than loopback unless the person says that the server is theirs.
 *
 * @throws {CliError} when it is no URL, or not ours to send to.
 */
export function guardedUrl(text: string, owned = false): URL {
  const url = httpUrl(text)
  if (owned || loopback.test(url.hostname)) return url
  throw usageError(
    `${url.hostname} is not this computer, and a signed event may move money there`,
    'If the server is yours, add --i-own-this-server',
  )
}

/**
 * Reads a URL of HTTP or HTTPS.
 *
 * @throws {CliError} when it is none.
 */
export function httpUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url && (url.protocol === 'http:' || url.protocol === 'https:')) return url
  throw usageError(
    `"${text}" is not a URL of http or https`,
    'Such a URL looks like http://127.0.0.1:3000/webhooks/koywe',
  )
}

/** The URL itself, or with the default path when it has none. */
export function withPath(url: URL, byDefault: string): URL {
  return url.pathname === '/' ? new URL(byDefault, url) : url
}
