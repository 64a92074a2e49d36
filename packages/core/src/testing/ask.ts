import { defaultPaths } from '../setup/default-paths.js'
import { jsonOrText, type Received, request } from './request.js'
import { signEvent } from './sign-event.js'
import { serve, type Target } from './target.js'

/** Who asks, and where. Give one credential; with none, the question comes from a stranger. */
export interface AskOptions {
  /** Sent as `Authorization: Bearer …`. */
  readonly bearer?: string
  /** Sent as `Authorization: Basic …`. */
  readonly basic?: { readonly username: string; readonly password: string }
  /** A header and its value. */
  readonly apiKey?: { readonly header: string; readonly value: string }
  /** The secret that the body is signed with. */
  readonly bodySignature?: string
  /** The field that names the user. Default: `'email'`. */
  readonly field?: string
  /** Where the callback answers. Default: the path of a URL that has one, else `/koywe/auth`. */
  readonly path?: string
  /** How long each answer may take, in milliseconds; then it rejects. Default: 30,000. */
  readonly timeoutMs?: number
}

/** What the callback answered. */
export interface CallbackAnswer {
  readonly status: number
  /** The body, parsed when it is JSON. */
  readonly body: unknown
  /**
   * Whether Koywe would let the user operate. By its pseudo-code any truthy body of a 2xx is a yes, also the text `no` or a login
   * page that a redirect leads to.
   */
  readonly koyweConcludes: boolean
}

/**
 * Asks an authentication callback about a user, as Koywe does.
 *
 * @example
 * ```ts
 * import { createServer } from 'node:http'
 * import { ask } from '@x/koywe-core/testing'
 *
 * const app = createServer((_request, response) => response.end('no'))
 * const { koyweConcludes } = await ask(app, 'ana@example.com', { bearer: 'token' })
 * console.log(koyweConcludes) // true: the text "no" is truthy
 * ```
 */
export async function ask(
  target: Target,
  email: string,
  options: AskOptions = {},
): Promise<CallbackAnswer> {
  const { url, close } = await serve(target)
  try {
    const { status, text } = await follow(
      pathFor(url, options.path, defaultPaths.koyweAuthCallback),
      email,
      options,
    )
    const body = jsonOrText(text)
    return { status, body, koyweConcludes: status >= 200 && status < 300 && Boolean(body) }
  } finally {
    await close()
  }
}

/** The given path, else the URL's own, else the default one. */
export function pathFor(url: URL, path: string | undefined, byDefault: string): URL {
  if (path === undefined && url.pathname !== '/') return url
  return new URL(path ?? byDefault, url)
}

/** As many as axios follows. */
const mostRedirects = 21

/** Posts the question, and follows redirects as axios does: to a GET, but for 307 and 308, and without credentials elsewhere. */
async function follow(url: URL, email: string, options: AskOptions): Promise<Received> {
  let next = url
  let method: 'GET' | 'POST' = 'POST'
  const question = { [options.field ?? 'email']: email }
  const { bodySignature } = options
  const body = bodySignature ? signEvent(question, bodySignature) : JSON.stringify(question)
  for (let hops = 0; ; hops++) {
    const received: Received = await request(next, {
      method,
      headers: {
        accept: 'application/json, text/plain, */*',
        ...(method === 'POST' && { 'content-type': 'application/json' }),
        ...(next.host === url.host && credentials(options)),
      },
      body: method === 'POST' ? body : '',
      timeoutMs: options.timeoutMs,
    })
    const { status, location } = received
    const isRedirect = [301, 302, 303, 307, 308].includes(status) && location !== undefined
    if (!isRedirect || hops === mostRedirects) return received
    next = new URL(location, next)
    if (status < 307) method = 'GET'
  }
}

function credentials({ bearer, basic, apiKey }: AskOptions): Record<string, string> {
  const pair = basic && Buffer.from(`${basic.username}:${basic.password}`).toString('base64')
  return {
    ...(bearer !== undefined && { authorization: `Bearer ${bearer}` }),
    ...(pair !== undefined && { authorization: `Basic ${pair}` }),
    ...(apiKey && { [apiKey.header]: apiKey.value }),
  }
}
